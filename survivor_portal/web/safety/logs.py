"""Write logs in which nobody can be found: route names, status and time; of errors only type and place.

No path, query, address, browser, referrer, message or local value is ever written. Where a library puts such
things into its messages, the message is left out as a whole.
"""

import contextlib
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from django.http import HttpRequest, HttpResponse

OWN = "survivor_portal"
ACCESS = f"{OWN}.access"
HOUSE = Path(__file__).resolve().parents[2]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

access = logging.getLogger(ACCESS)


class AccessLog:
    """Middleware, outermost: one line for each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        spent = round((time.perf_counter() - began) * 1000)
        # A method is a word the browser chooses, so only the known ones are written.
        method = request.method if request.method in METHODS else "OTHER"
        match = request.resolver_match
        route = (match.view_name if match else "") or "-"
        access.info("%s %s %d %d", method, route, response.status_code, spent)
        return response


class Bare(logging.Formatter):
    """Time, level, logger, and the place in the code. Messages only of our own, and without their values."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        parts = [self.formatTime(record), record.levelname, record.name]
        if record.name == ACCESS:
            parts.append(record.getMessage())
        elif record.name.startswith(f"{OWN}.") and isinstance(record.msg, str):
            parts.append(record.msg)
        if record.exc_info and record.exc_info[0] is not None:
            parts += [_type_name(record.exc_info[0]), _place_of(record.exc_info[2])]
        elif record.name != ACCESS:
            parts.append(_place(record.pathname, record.lineno))
        return " ".join(parts)


class BareHandler(logging.StreamHandler[Any]):
    """Writes to standard error. When writing a line fails, it does not print the line's values instead."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        kind = sys.exc_info()[0]
        with contextlib.suppress(Exception):
            self.stream.write(f"a log line could not be written: {_type_name(kind) if kind else '-'}\n")


def logging_config() -> dict[str, Any]:
    """The LOGGING setting: one bare handler for everything, and none of Django's own. Mail is never sent."""
    quiet = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"bare": {"()": f"{__name__}.Bare"}},
        "handlers": {"bare": {"()": f"{__name__}.BareHandler", "formatter": "bare"}},
        "root": {"handlers": ["bare"], "level": "WARNING"},
        "loggers": {
            # Django gives these two handlers of their own, which write paths, values and mails.
            "django": quiet | {"level": "WARNING"},
            "django.server": quiet | {"level": "WARNING"},
            OWN: quiet | {"level": "INFO"},
        },
    }


def _type_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _place_of(traceback: TracebackType | None) -> str:
    """The innermost frame of our own code, or the innermost of all."""
    own = last = None
    while traceback is not None:
        last = (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        if Path(last[0]).is_relative_to(HOUSE):
            own = last
        traceback = traceback.tb_next
    found = own or last
    return _place(*found) if found else "-"


def _place(file: str, line: int) -> str:
    """A file without the folders of this machine."""
    path = Path(file)
    if path.is_relative_to(HOUSE):
        path = path.relative_to(HOUSE.parent)
    elif "site-packages" in path.parts:
        path = Path(*path.parts[path.parts.index("site-packages") + 1 :])
    else:
        path = Path(path.name)
    return f"{path}:{line}"
