"""Where somebody stands in a case they have just opened: in a new visit, which holds nothing of the case."""

from django.http import HttpRequest

from survivor_portal.cases import records
from survivor_portal.cases.unlocked import Session
from survivor_portal.visits.visit import Data
from survivor_portal.web.safety.session import visit_of


def begin(request: HttpRequest, session: Session, *, page: str = "", takedown_id: str = "") -> None:
    """A visit tells from here on where somebody stands in this case; what it held before goes.

    `page` and `takedown_id`: where to stand, unsaid at the beginning. The country is kept beside it: each
    page names help by it.
    """
    kept = [_country(record.document) for record in records.read(session.case, records.PLAN)]
    place: Data = {"watched": session.watched, "country": kept[0] if kept else ""}
    if page:
        place["page"] = page
    if takedown_id:
        place["request"] = takedown_id
    visit_of(request).begin()
    visit_of(request).change(lambda data: data.update(place))


def _country(document: Data) -> str:
    answers = document.get("answers")
    return str(answers.get("country") or "") if isinstance(answers, dict) else ""
