"""The addresses of what everybody may read."""

from django.urls import path

from survivor_portal.web.public import helplines, note, notices, open_data

app_name = "public"
urlpatterns = [
    path("", notices.home, name="home"),
    path("helplines/", helplines.helplines, name="helplines"),
    path("about/", notices.about, name="about"),
    path("privacy/", notices.privacy, name="privacy"),
    path("privacy-for-children/", notices.privacy_for_children, name="privacy-for-children"),
    path("accessibility/", notices.accessibility, name="accessibility"),
    path("operator/", notices.operator, name="operator"),
    path(".well-known/security.txt", notices.security_txt, name="security"),
    path("n/<str:token>/", note.stop, name="note"),
    path("robots.txt", notices.robots_txt, name="robots"),
    path("directory.json", open_data.document, name="directory"),
    path("directory.schema.json", open_data.schema, name="directory-schema"),
]
