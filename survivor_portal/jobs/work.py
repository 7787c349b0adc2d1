"""Runs a worker until it is told to stop."""

import os
import warnings

from celery.platforms import SecurityWarning

from survivor_portal.jobs import clock as clocks
from survivor_portal.jobs import tasks
from survivor_portal.jobs.app import app


def work(*, processes: int, clock: bool) -> int:
    """Do what is due in so many processes; with `clock`, also say every other second that it is time to look.

    Gives the exit code. Told to stop by SIGTERM, what is under way is finished first.
    """
    if clock:
        app.conf.beat_schedule = tasks.beat()
    # They load every page of the site, which a worker never shows: a quarter of its memory. Whoever opens the
    # site runs them (`config.run.prepare`).
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    with warnings.catch_warnings():
        # Whether this may be run by root is said where it is installed. Messages hold nothing that runs.
        warnings.simplefilter("ignore", SecurityWarning)
        worker = app.Worker(
            pool="prefork",
            concurrency=processes,
            beat=clock,
            scheduler=clocks.Clock,
            quiet=True,
            # Workers need not know of each other: they meet in the database only.
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        worker.start()
    return int(worker.exitcode or 0)
