"""Close a case that got a new key while one of its pages was being made, and keep what was typed."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.module_loading import import_string

from survivor_portal import seals
from survivor_portal.cases import access
from survivor_portal.cases.book import Rekeyed, Tampered
from survivor_portal.web.safety.opened import opened_of

Resume = Callable[[HttpRequest], HttpResponse]


class Meanwhile:
    """Middleware: the page to open the case again, in the place of one made with a key it no longer has.

    It happens in the moment between the first look at a case and the write only: afterwards every browser
    finds it closed. A form is sealed to its case as a draft, like any that was sent too late.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        current = opened_of(request)
        if not isinstance(exception, Rekeyed | Tampered | seals.WrongKey):
            return None
        if current.loaded is None or access.has_its_key(current.loaded.case):
            return None
        current.end()
        if request.method == "POST" and request.path == settings.CASE_PATH:
            resume: Resume = import_string(settings.CASE_RESUME)
            return resume(request)
        response = HttpResponseRedirect(settings.CASE_PATH)
        response.status_code = HTTPStatus.SEE_OTHER
        return response
