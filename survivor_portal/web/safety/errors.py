"""Error pages that need no database, no visit and no luck, and always name help."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template import loader

from survivor_portal.web.safety import crisis
from survivor_portal.web.safety.uploads import FileOffered

# Shown when even the template does not work. Plain on purpose.
LAST_RESORT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Next steps</title></head>
<body>
<p><a href="/exit/" rel="noreferrer">Leave this page</a></p>
<main>
<h1>This page does not work right now</h1>
<p>You did nothing wrong. Please try again in a few minutes.</p>
<p>Are you in danger now? Call 911 in the US or Canada, 112 in Europe, 999 in the UK, 000 in Australia.</p>
<p>You can talk to someone. Find a helpline for your country at findahelpline.com.</p>
<p><a href="/">Go to the first page</a></p>
</main>
</body>
</html>
"""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: too long, or not what a form sends. A file has a page of its own."""
    return _page("files" if isinstance(exception, FileOffered) else "400", HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page("403", HTTPStatus.FORBIDDEN)


def refused(request: HttpRequest) -> HttpResponse:
    """403 for a form that another site sent, or that has lost its proof of being ours."""
    return _page("403", HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404. It does not repeat the address."""
    return _page("404", HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page("500", HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(name: str, status: HTTPStatus) -> HttpResponse:
    """The page, without the request: no cookie, no token and nothing typed can get into it."""
    try:
        html: str = loader.render_to_string(f"errors/{name}.html", crisis.everywhere())
    except Exception:
        # Whatever broke the page must not break its error page as well.
        html = LAST_RESORT
    return HttpResponse(html, status=status)
