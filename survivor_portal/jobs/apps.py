"""Tell Django of the door that the clock uses, for its commands."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The workers: what happens while nobody looks."""

    name = "survivor_portal.jobs"
    label = "jobs"
