"""The directory for other helplines to use: one JSON document and its schema, made once."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from survivor_portal import directory

_TAKES_GZIP = re.compile(r"\b(?:x-)?gzip\b(?!\s*;\s*q\s*=\s*0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it travels, plain and packed. It holds nothing of any visitor, so packing gives nothing
    away."""

    plain: bytes
    packed: bytes
    tag: str


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Everything in the directory."""
    return _answer(request, _document(), "application/json")


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of that document."""
    return _answer(request, _schema(), "application/schema+json")


def _answer(request: HttpRequest, found: Document, content_type: str) -> HttpResponse:
    packed = bool(_TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")))
    tag = f'"{found.tag}-gz"' if packed else f'"{found.tag}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    if tag in known or "*" in known:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = HttpResponse(found.packed if packed else found.plain, content_type=content_type)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = tag
    response.headers["Vary"] = "Accept-Encoding"
    return response


@cache
def _document() -> Document:
    return _made(directory.open_data())


@cache
def _schema() -> Document:
    return _made(directory.open_data_schema())


def _made(value: dict[str, Any]) -> Document:
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()[:32])
