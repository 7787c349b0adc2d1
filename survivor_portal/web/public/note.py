"""The page behind the link in each note: one button that stops them. No sign-in, no script, no cookie.

A word nobody knows, or one that was used, gets the same page and the same answer.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from survivor_portal.followups import reminders


# The word in the address is what entitles; mail programs that stop by themselves (RFC 8058) have no cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, for programs that look at every link in a mail must not stop anything. POST stops."""
    if request.method == "POST":
        reminders.stop(token, timezone.now())
    context = {"stopped": request.method == "POST", "action": request.path, "sender": settings.NOTES_NAME}
    return render(request, "note/stop.html", context)
