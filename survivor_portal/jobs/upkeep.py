"""What is done again and again: what is over is deleted, and the key of the day is turned.

Each of these may be done twice, or stopped halfway, without harm.
"""

from datetime import datetime
from io import StringIO

from django.conf import settings
from django.core.management import call_command

from survivor_portal.advocates import upkeep as advocates_upkeep
from survivor_portal.cases import ending, grants
from survivor_portal.correspondence import relays
from survivor_portal.keystore import capsules as keystore_capsules
from survivor_portal.keystore import holder
from survivor_portal.slips import due
from survivor_portal.slips.due import Work
from survivor_portal.visits import visit


def visits(_: Work, now: datetime) -> None:
    """Delete visits that are over."""
    visit.sweep(now)


def cases(_: Work, now: datetime) -> None:
    """Delete cases that ran out and addresses that closed, finish deletions that stopped, close what was left
    open, empty what was granted for a time that is over."""
    if settings.CASES_OPEN:
        ending.sweep(now)
        grants.sweep(now)
        relays.sweep(now)


def desk(_: Work, now: datetime) -> None:
    """Close desks that were left open, and delete links, sign-ins and deeds whose time is over."""
    if settings.CASES_OPEN:
        advocates_upkeep.sweep(now)


def epoch(_: Work, now: datetime) -> None:
    """Turn the key of the day once it is a day old, and finish a turn that stopped."""
    if settings.CASES_OPEN:
        holder.turn(now)


def slips(_: Work, now: datetime) -> None:
    """Forget what has been done for long."""
    due.sweep(now)


def capsules(_: Work, now: datetime) -> None:
    """Delete what workers were given and whose time is over."""
    if settings.CASES_OPEN:
        keystore_capsules.sweep(now)


def backup(_: Work, now: datetime) -> None:
    """Copy each database whose newest copy is a day old, or six hours for keys. Raises CommandError: then it
    is tried again soon, and `doctor` says so."""
    if settings.BACKUPS_BY_ITSELF:
        # The operator's own command, by its name: doors know nothing of each other.
        with StringIO() as said:
            call_command("backup", due=True, stdout=said)
