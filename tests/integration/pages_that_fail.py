"""Addresses for tests only: pages that fail in each way a page can fail."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

from survivor_portal.config import urls as of_the_site
from survivor_portal.web.safety.session import visit_of


def _everything(request: HttpRequest) -> str:
    """All that a careless page might put into a message."""
    return repr([request.body, request.get_full_path(), request.POST, request.headers, request.COOKIES])


def breaks(request: HttpRequest) -> HttpResponse:
    kept_in_a_local = _everything(request)
    raise RuntimeError(kept_in_a_local)


def breaks_in_the_database(request: HttpRequest) -> HttpResponse:
    raise DatabaseError(_everything(request))


def breaks_in_a_chain(request: HttpRequest) -> HttpResponse:
    try:
        raise KeyError(_everything(request))
    except KeyError as error:
        raise ValueError(_everything(request)) from error


def is_suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(_everything(request))


def is_forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied(_everything(request))


def is_missing(request: HttpRequest) -> HttpResponse:
    raise Http404(_everything(request))


def begins(request: HttpRequest) -> HttpResponse:
    typed = request.POST.dict()
    visit_of(request).begin()
    visit_of(request).change(lambda data: data.update(typed))
    return HttpResponse("begun")


def opens(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request).open()
    return HttpResponse("open" if visit else "none")


def stands_still(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nothing asked")


def has_a_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


def resume(request: HttpRequest) -> HttpResponse:
    """Stands in for the flow: shows what was typed again."""
    return HttpResponse("resumed: " + request.POST.get("links", ""), status=422, content_type="text/plain")


urlpatterns = [
    path("breaks/", breaks, name="breaks"),
    path("breaks/<path:rest>", lambda request, rest: breaks(request), name="breaks-below"),
    path("breaks-in-the-database/", breaks_in_the_database, name="breaks-in-the-database"),
    path("breaks-in-a-chain/", breaks_in_a_chain, name="breaks-in-a-chain"),
    path("is-suspicious/", is_suspicious, name="is-suspicious"),
    path("is-forbidden/", is_forbidden, name="is-forbidden"),
    path("is-missing/", is_missing, name="is-missing"),
    path("begins/", begins, name="begins"),
    path("opens/", opens, name="opens"),
    path("stands-still/", stands_still, name="stands-still"),
    path("has-a-form/", has_a_form, name="has-a-form"),
    *of_the_site.urlpatterns,
    # Reached only where the site does not have the page itself.
    path("", stands_still, name="home"),
    path("next/", stands_still, name="flow"),
    path("helplines/", stands_still, name="helplines"),
]
handler400 = of_the_site.handler400
handler403 = of_the_site.handler403
handler404 = of_the_site.handler404
handler500 = of_the_site.handler500
