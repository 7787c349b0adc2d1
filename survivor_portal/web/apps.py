"""The site as Django sees it; it brings the directory's own checks along."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "survivor_portal.web"
    label = "web"

    def ready(self) -> None:
        from survivor_portal.web import checks  # noqa: F401  (importing registers the check)
