"""Tell a case that somebody at a desk tried what they may not: by its slot, since it may be closed."""

from datetime import UTC, datetime
from enum import StrEnum

from survivor_portal.cases import actors, book, keys, slot
from survivor_portal.cases.book import CaseGone, Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.models import Look


class Refusal(StrEnum):
    """What somebody tried: the kind of what is dropped, and of the line in the book it becomes.

    `act`: they were let in, but not for this.
    """

    open = "refused"
    act = "refused_act"


def tell(case_id: str, by: str, now: datetime, what: Refusal = Refusal.open) -> None:
    """Leave word of a try in vain: once for each person, case and day, however often they try.

    `by`: who it was, as they would sign in the book.
    """
    day = now.astimezone(UTC).date()
    name = keys.index("refused1", f"{actors.read(by).id}|{case_id}|{day}|{what}")
    if not Look.objects.get_or_create(id=name, defaults={"made_at": now})[1]:
        return
    try:
        slot.drop(case_id, what, {"by": by}, now)
    except (CaseGone, slot.SlotFull):
        return


def received(case: OpenCase, arrived: Document, now: datetime) -> None:
    """The word came in: a line of the book, signed by whoever tried."""
    by = str(arrived["document"]["by"])
    book.add(case, [Note(str(arrived["kind"]), {"at": arrived["at"]}, by=by)], now)


RECEIVED = {what.value: received for what in Refusal}
