"""Tell Django that follow-ups keep two tables."""

from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    """The app that sends the notes a person asked for."""

    name = "survivor_portal.followups"
    label = "followups"
