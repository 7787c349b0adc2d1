"""`manage.py metrics`: answers the operator's monitoring at METRICS_PORT, never at the site's own port."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from survivor_portal.steward.asking import Asking


class Command(BaseCommand):
    """Runs until told to stop. See docs/operating.md."""

    help = __doc__
    # While a restore is under way it says so at /ready, rather than not to be there.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.METRICS is None:
            raise CommandError("METRICS_PORT is not set.")
        try:
            server = Asking(settings.METRICS)
        except OSError as error:
            raise CommandError(f"The port METRICS_PORT names cannot be had: {error.strerror}.") from None
        for number in (signal.SIGINT, signal.SIGTERM):
            # `shutdown` waits for the loop below, which this interrupts: so from a thread of its own.
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        with server:
            server.serve_forever(poll_interval=0.2)
