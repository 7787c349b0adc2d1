"""The workers' program: Celery, told by Django's settings, and with none of its own logs."""

from typing import Any

from celery import Celery
from celery.app.log import Logging


class Bare(Logging):
    """Django has set up the logs already, so that nobody can be found in them. Nothing is added."""

    def setup(self, *args: Any, **kwargs: Any) -> bool:
        """Leave all as it is; True: it is taken care of."""
        return True


app = Celery("survivor_portal", log=Bare)
app.config_from_object("django.conf:settings", namespace="CELERY")
