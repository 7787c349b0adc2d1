"""The two things a worker is told: look what is due, and do this one."""

import logging
from contextlib import suppress
from typing import Any

from django.db import close_old_connections
from django.utils import timezone

from survivor_portal.jobs import table
from survivor_portal.jobs.app import app
from survivor_portal.slips import due

SECONDS_BETWEEN = 2.0
# A worker that was busy needs one look at what is due, not all that it missed.
LOOK_EXPIRES = 10.0

log = logging.getLogger("survivor_portal.jobs")


class UnknownKind(Exception):
    """A slip of a newer program, perhaps. It is tried again later."""


# `**_` lets an older worker accept a newer message.
@app.task(name="look")
def look(**_: object) -> None:
    """Hand out what is due. Any number of workers may look at once; nothing is handed out twice."""
    close_old_connections()
    now = timezone.now()
    due.keep_going(table.REGULAR, now)
    claims = due.claim(now)
    with app.producer_pool.acquire(block=True) as producer:
        for claim in claims:
            run.apply_async((claim.id, claim.token), producer=producer)
        if len(claims) == due.AT_ONCE:
            # There is more than fits: look again as soon as these are through.
            look.apply_async(expires=LOOK_EXPIRES, producer=producer)


@app.task(name="run")
def run(slip_id: str, token: str, **_: object) -> None:
    """Do what this slip says, if the token is still good. Done twice it does nothing the second time."""
    close_old_connections()
    work = due.begin(slip_id, token, timezone.now())
    if work is None:
        return
    every = table.REGULAR.get(work.kind)
    try:
        effect = _handler(work.kind)(work, timezone.now())
        now = timezone.now()
        due.done(work, now, effect, again_at=now + every if every else None)
    except due.NotYet as wait:
        with suppress(due.Stale):
            due.done(work, timezone.now(), again_at=wait.at)
    except due.Stale:
        log.warning("the lease ran out before the work was done")
    except Exception:
        # Only the type and the place are written. Whatever it was must not end the worker.
        log.exception("a job failed")
        now = timezone.now()
        with suppress(due.Stale):
            due.failed(work, now, again_at=now + every if every else None)


def _handler(kind: str) -> table.Handler:
    try:
        return table.HANDLERS[kind]
    except KeyError:
        raise UnknownKind from None


def beat() -> dict[str, dict[str, Any]]:
    """The clock's one entry. It is in memory only: what is due stands in the database."""
    return {
        "look": {"task": look.name, "schedule": SECONDS_BETWEEN, "options": {"expires": LOOK_EXPIRES}},
    }
