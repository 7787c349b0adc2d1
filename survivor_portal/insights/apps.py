"""Monthly counts without a trace of a person."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "survivor_portal.insights"
    label = "insights"
