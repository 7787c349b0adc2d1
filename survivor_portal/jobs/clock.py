"""The workers' clock: says every other second that it is time to look, and ends with its worker."""

import ctypes
import os
import signal
import sys

from celery.beat import Scheduler

_PR_SET_PDEATHSIG = 1
# The worker reads this module before it starts the clock's process.
_WORKER = os.getpid()


class Clock(Scheduler):
    """As Celery's, in memory only. A worker that is killed cannot end its clock, so the system does."""

    def setup_schedule(self) -> None:
        """Celery calls this first thing in the clock's own process."""
        if sys.platform == "linux" and os.getpid() != _WORKER:
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != _WORKER:  # it died before the line above
                os._exit(1)
        super().setup_schedule()
