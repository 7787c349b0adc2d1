"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from survivor_portal.web.safety import exit as leaving

urlpatterns: list[URLPattern | URLResolver] = [
    path("exit/", leaving.leave, name="exit"),
    path("desk/", include("survivor_portal.web.desk.account_urls")),
    path("desk/", include("survivor_portal.web.desk.urls")),
    path("", include("survivor_portal.web.public.urls")),
    path("", include("survivor_portal.web.survivor.urls")),
]

handler400 = "survivor_portal.web.safety.errors.bad_request"
handler403 = "survivor_portal.web.safety.errors.permission_denied"
handler404 = "survivor_portal.web.safety.errors.not_found"
handler500 = "survivor_portal.web.safety.errors.server_error"
