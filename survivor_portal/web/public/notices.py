"""The first page and the pages that say who runs this, what is kept, and how it works. No query anywhere."""

from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from survivor_portal import directory
from survivor_portal.correspondence import outgoing
from survivor_portal.followups import reminders
from survivor_portal.visits import limits

PLAIN = "text/plain; charset=utf-8"
# RFC 9116 asks for less than a year; a copy that somebody keeps should not look valid for long.
SECURITY_TXT_HOLDS = timedelta(days=180)
ROBOTS = "User-agent: *\nAllow: /$\nDisallow: /\n"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page. The way on is a plain link, so that no cookie is set before the first form."""
    return render(request, "public/home.html")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What this does and does not do, and where its facts come from."""
    return render(request, "public/about.html", {"mail_is_on": outgoing.is_on()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, how long, and who can see it: with the numbers and names the site itself runs on."""
    return render(request, "public/privacy.html", _kept() | _operator())


@require_safe
def privacy_for_children(request: HttpRequest) -> HttpResponse:
    """The same for children, in shorter words."""
    return render(request, "public/privacy_for_children.html", _kept())


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom, how it was tested, what is missing, whom to tell."""
    return render(request, "public/accessibility.html", _operator())


@require_safe
def operator(request: HttpRequest) -> HttpResponse:
    """Who runs this copy, and what they have to do."""
    return render(request, "public/operator.html", _operator())


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a hole (RFC 9116). Nothing there when nobody is named."""
    contact = settings.SECURITY_CONTACT or _as_address(settings.OPERATOR_CONTACT)
    if not contact:
        return HttpResponse(status=HTTPStatus.NOT_FOUND, content_type=PLAIN)
    expires = datetime.combine(timezone.now().date() + SECURITY_TXT_HOLDS, time(), UTC)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
    ]
    if request.is_secure():
        lines.append(f"Canonical: {request.build_absolute_uri(request.path)}")
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Search engines may list the first page and nothing else."""
    return HttpResponse(ROBOTS, content_type=PLAIN)


def _kept() -> dict[str, object]:
    return {
        "ordinary": _in_words(limits.ORDINARY),
        "watched": _in_words(limits.WATCHED),
        "visit_cookie": settings.VISIT_COOKIE,
        "case_cookie": settings.CASE_COOKIE,
        "form_cookie": settings.CSRF_COOKIE_NAME,
        "desk_is_open": settings.DESK_OPEN,
        "desk_cookies": (settings.SESSION_COOKIE_NAME, settings.DESK_COOKIE, settings.DEVICE_COOKIE),
        "lookups": settings.LOOKUPS,
        "link_checks": settings.LINK_CHECKS,
        "reminders": reminders.offered(),
        "mail_is_on": outgoing.is_on(),
    }


def _in_words(limit: limits.Limits) -> dict[str, int]:
    return {
        "minutes": int(limit.idle / timedelta(minutes=1)),
        "hours": int(limit.in_all / timedelta(hours=1)),
    }


def _operator() -> dict[str, object]:
    contact: str = settings.OPERATOR_CONTACT
    return {
        "operator": {
            "name": settings.OPERATOR_NAME,
            "contact": contact,
            "contact_address": _as_address(contact),
            "country": directory.crisis_help(settings.OPERATOR_COUNTRY).name or settings.OPERATOR_COUNTRY,
            "address": settings.OPERATOR_ADDRESS,
        }
    }


def _as_address(contact: str) -> str:
    """A contact as something to press: web addresses as they are, anything else as mail; "" stays ""."""
    if not contact or contact.startswith("https://"):
        return contact
    return f"mailto:{contact}"
