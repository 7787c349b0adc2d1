"""Compress the pages that hold nothing of anyone; leave the others as long as they are.

The length of a compressed page tells of a secret that stands beside text somebody else chose. So only pages
asked for with a plain GET are compressed, and none for which a visit or case was opened. What is secret in
the rest is the token of the form check, which Django masks anew each time; and Django adds a random number of
bytes.
"""

from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of


class Compression(GZipMiddleware):
    """Django's padded gzip, for pages without a visit or case."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if (
            request.method != "GET"
            or response.status_code != HTTPStatus.OK
            or not response.headers.get("Content-Type", "").startswith("text/html")
            or visit_of(request).loaded
            or opened_of(request).loaded
        ):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
