"""Every kind of work there is, what does it, and what comes again how often."""

from collections.abc import Callable
from datetime import datetime, timedelta

from survivor_portal.correspondence import leaving
from survivor_portal.followups import sending
from survivor_portal.jobs import lookups, upkeep
from survivor_portal.slips.due import Effect, Work

# What takes time, or asks the network, is done in the call itself, outside any transaction, and may happen
# twice if the worker ends in the middle. What must happen once is given back: it is done in one transaction
# with the crossing off.
Handler = Callable[[Work, datetime], Effect | None]

HANDLERS: dict[str, Handler] = {
    "visits": upkeep.visits,
    "cases": upkeep.cases,
    "desk": upkeep.desk,
    "epoch": upkeep.epoch,
    "capsules": upkeep.capsules,
    "slips": upkeep.slips,
    "backup": upkeep.backup,
    "mail": leaving.leave,
    "mail_over": leaving.give_up,
    "lookup": lookups.look_up,
    "link_check": lookups.check_link,
    "nudge": sending.nudge,
    "answers": sending.answers,
}

# One slip each, due again this long after it was done. It never dies; while it fails it is tried this often.
REGULAR: dict[str, timedelta] = {
    "visits": timedelta(minutes=1),
    "cases": timedelta(minutes=1),
    "desk": timedelta(minutes=5),
    "epoch": timedelta(minutes=5),
    "capsules": timedelta(minutes=5),
    "slips": timedelta(hours=1),
    "backup": timedelta(hours=1),
    "mail_over": timedelta(hours=1),
    "answers": timedelta(minutes=1),
}
