"""The addresses of the desk. All stand under /desk/; none names a case or a person who is helped."""

from django.urls import include, path

from survivor_portal.web.desk import case_urls, queue, signing

app_name = "desk"
urlpatterns = [
    path("", queue.page, name="queue"),
    *case_urls.urlpatterns,
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("lists/", include("survivor_portal.web.desk.list_urls")),
    path("", include("survivor_portal.web.desk.team_urls")),
    path("", include("survivor_portal.web.desk.bulk_urls")),
]
