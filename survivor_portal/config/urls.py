"""Every address of the site."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
if find_spec("survivor_portal.web.safety.exit"):
    from survivor_portal.web.safety import exit as leaving

    urlpatterns += [path("exit/", leaving.leave, name="exit")]
for _door in ("survivor_portal.web.survivor.urls", "survivor_portal.web.public.urls"):
    if find_spec(_door):
        urlpatterns += [path("", include(_door))]
if find_spec("survivor_portal.web.safety.errors"):
    handler400 = "survivor_portal.web.safety.errors.bad_request"
    handler403 = "survivor_portal.web.safety.errors.permission_denied"
    handler404 = "survivor_portal.web.safety.errors.not_found"
    handler500 = "survivor_portal.web.safety.errors.server_error"
