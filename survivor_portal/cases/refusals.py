"""Tell a case that somebody at a desk tried to open it who may not: by its slot, since it is closed."""

from datetime import UTC, datetime

from survivor_portal.advocates.who import Who
from survivor_portal.cases import actors, book, keys, slot
from survivor_portal.cases.book import CaseGone, Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.models import Look

# The kind of what is dropped, and of the line in the book it becomes.
KIND = "refused"


def tell(case_id: str, who: Who, team: str, now: datetime) -> None:
    """Leave word of a try in vain: once for each person, case and day, however often they try."""
    day = now.astimezone(UTC).date()
    name = keys.index("refused1", f"{who.id}|{case_id}|{day}")
    if not Look.objects.get_or_create(id=name, defaults={"made_at": now})[1]:
        return
    try:
        slot.drop(case_id, KIND, {"person": who.id, "name": who.name, "team": team}, now)
    except (CaseGone, slot.SlotFull):
        return


def received(case: OpenCase, arrived: Document, now: datetime) -> None:
    """The word came in: a line of the book, signed by whoever tried."""
    told = arrived["document"]
    by = actors.staff(str(told["person"]), str(told["name"]), str(told["team"]))
    book.add(case, [Note(KIND, {"at": arrived["at"]}, by=by)], now)
