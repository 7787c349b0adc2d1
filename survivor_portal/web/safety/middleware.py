"""Put the site's headers on every answer, and refuse what another site makes a browser send.

Belongs outside every other middleware but the access log, so that errors and redirects carry the headers too.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseFileResponse

from survivor_portal.web.safety import errors, policy

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
HOME = "/"


def is_cross_site(request: HttpRequest) -> bool:
    """Whether the browser says that another site made it send this."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


class Headers:
    """The headers of `policy` on every answer; a cross-site form gets a plain page that says no."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.transport_security = policy.transport_security()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE_METHODS and is_cross_site(request):
            response = errors.refused(request)
        else:
            response = self.get_response(request)
        self._dress(request, response)
        return response

    def _dress(self, request: HttpRequest, response: HttpResponse) -> None:
        for name, value in policy.ON_EVERYTHING.items():
            response.headers[name] = value
        if request.path.startswith(policy.DESK):
            response.headers["Permissions-Policy"] = policy.PERMISSIONS_POLICY_AT_THE_DESK
        if not isinstance(response, WhiteNoiseFileResponse):
            # Files with a hash in their name say for themselves how long they may be kept.
            response.headers["Cache-Control"] = policy.NO_STORE
        if request.path != HOME or response.status_code != 200:
            response.headers["X-Robots-Tag"] = policy.NO_INDEX
        # Read without Django's check, which would refuse a foreign name here a second time.
        host = request.META.get("HTTP_HOST", "").partition(":")[0].lower()
        if host.endswith(".onion"):
            # An onion address is its own proof; the header would lock the visitor out of plain http.
            response.headers.pop("Strict-Transport-Security", None)
        elif request.is_secure():
            response.headers["Strict-Transport-Security"] = self.transport_security
            self._name_the_onion(request, response)

    def _name_the_onion(self, request: HttpRequest, response: HttpResponse) -> None:
        onion = getattr(settings, "ONION_HOST", "")
        if (
            onion
            and request.method == "GET"
            and response.headers.get("Content-Type", "").startswith("text/html")
        ):
            response.headers["Onion-Location"] = f"http://{onion}{request.path}"
