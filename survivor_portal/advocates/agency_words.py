"""What an agency says in its own words: what its people must report, and what they do in danger."""

from collections.abc import Iterable
from dataclasses import dataclass

from survivor_portal.advocates.models import Organisation


@dataclass(frozen=True, slots=True)
class AgencyWords:
    """An agency and its words. `notice` and `danger_plan` are "" until a lead wrote them; never ours.

    `country`: ISO 3166, or "".
    """

    organisation_id: str
    name: str
    country: str
    notice: str
    danger_plan: str


def of(organisation_ids: Iterable[str]) -> dict[str, AgencyWords]:
    """The words of these agencies by id; one that is no more is left out. One query."""
    rows = Organisation.objects.filter(pk__in=set(organisation_ids))
    return {
        row.pk: AgencyWords(row.pk, row.name, row.country, row.notice.strip(), row.danger_plan.strip())
        for row in rows
    }
