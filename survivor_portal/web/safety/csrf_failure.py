"""Answer a form whose token does not fit: show what was typed again, or say no to another site.

A cookie can get lost midway. The form check then fails although the person did nothing wrong, and a bare 403
would cost what they typed.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.module_loading import import_string

from survivor_portal import seals
from survivor_portal.cases.book import Tampered
from survivor_portal.keystore.away import NotNow
from survivor_portal.web.safety import away, damaged, errors, left
from survivor_portal.web.safety.middleware import is_cross_site

Resume = Callable[[HttpRequest], HttpResponse]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of the flow or of a case goes on with its text shown again; everything else is refused.

    `settings.FLOW_RESUME` and `CASE_RESUME` name the functions that show the text. They must change nothing
    for anybody: this form has no proof that it is ours, only no sign of being another site's.
    """
    resumes = {settings.FLOW_PATH: settings.FLOW_RESUME, settings.CASE_PATH: settings.CASE_RESUME}
    if _comes_from_elsewhere(request, reason) or request.path not in resumes:
        return errors.refused(request)
    if left.was_left(request):
        # Somebody went Back after the exit and sent the form again: nothing of it is shown.
        return HttpResponseRedirect(request.path)
    resume: Resume = import_string(resumes[request.path])
    try:
        return resume(request)
    except (Tampered, seals.WrongKey):
        # Middleware hears of exceptions in pages only, and this runs before the page.
        return damaged.page(request)
    except NotNow:
        return away.page(request)


def _comes_from_elsewhere(request: HttpRequest, reason: str) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.get_host()}":
        return True
    # Over TLS and without an Origin, Django looks at the referrer; a wrong one is another site.
    return is_cross_site(request) or reason.startswith("Referer checking failed")
