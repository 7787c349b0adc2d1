"""What a person agreed to before somebody at a desk sent a request for them: one platform, one request.

A request that an advocate sends gives the platform the person's name or the fact of the abuse, so it is a
release of its own: informed, written down, reasonably time-limited (34 U.S.C. 12291(b)(2), 28 CFR 90.4). Who
sends it personally needs none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from survivor_portal.cases import records
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.records import Record

KIND = "platform_release"
LONGEST = timedelta(days=365)


class Way(StrEnum):
    """How the person said yes."""

    writing = "writing"
    phone = "phone"
    chat = "chat"
    in_person = "in_person"


class Data(StrEnum):
    """What the platform learns."""

    links = "links"
    name = "name"
    contact = "contact"
    agency = "agency"
    facts = "facts"


class NotLive(Exception):
    """There is no such release, or it was taken back already."""


@dataclass(frozen=True, slots=True)
class PlatformRelease:
    """One yes. It is about the request `request`, or, before there is one, about the letter `step` to `site`.

    `agreed_by`: in words, who agreed. `day`: the day they did. `until`: the last day on which something may
    be sent under it. `taken_back_at`: when the person took it back; what the platform has stays there.
    """

    to: str
    data: tuple[Data, ...]
    purpose: str
    agreed_by: str
    way: Way
    day: date
    until: date
    request: str = ""
    step: str = ""
    site: str = ""
    taken_back_at: datetime | None = None
    id: str = field(default="", compare=False)
    revision: int = field(default=0, compare=False)

    def is_live(self, today: date) -> bool:
        """May something be sent under it today?"""
        return self.taken_back_at is None and today <= self.until


def record(case: OpenCase, release: PlatformRelease, now: datetime) -> PlatformRelease:
    """Keep a yes in the case, with its line in the book. Raises ValueError where its days do not fit."""
    today = now.astimezone(UTC).date()
    # A day ahead of UTC is today in the east.
    if release.day > today + timedelta(days=1) or not release.day <= release.until <= today + LONGEST:
        raise ValueError("A yes is of a day that was, and for a year at most.")
    facts = {"to": release.to, "request": release.request} if release.request else {"to": release.to}
    kept = records.add(case, KIND, _document(release), Note("platform_released", facts), now)
    return _release(kept)


def every(case: OpenCase) -> tuple[PlatformRelease, ...]:
    """All of them, the newest yes first."""
    found = (_release(kept) for kept in records.read(case, KIND))
    return tuple(sorted(found, key=lambda one: (one.day, one.id), reverse=True))


def of_request(case: OpenCase, request: str, today: date) -> PlatformRelease | None:
    """The yes under which something may be sent for this request today."""
    return next((one for one in every(case) if one.request == request and one.is_live(today)), None)


def of_requests(case: OpenCase, requests: Collection[str], today: date) -> frozenset[str]:
    """Those of the requests for which something may be sent today. One query."""
    return frozenset(one.request for one in every(case) if one.request in requests and one.is_live(today))


def of_letter(case: OpenCase, step: str, site: str, today: date) -> PlatformRelease | None:
    """The yes for a letter that has not become a request yet."""
    return next(
        (
            one
            for one in every(case)
            if not one.request and (one.step, one.site) == (step, site) and one.is_live(today)
        ),
        None,
    )


def bind(case: OpenCase, step: str, site: str, request: str, now: datetime) -> None:
    """The letter became this request: the yes that was given for it is about the request from now on."""
    for kept in records.read(case, KIND):
        release = _release(kept)
        if not release.request and (release.step, release.site) == (step, site):
            bound = _document(replace(release, request=request))
            facts = {"to": release.to, "request": request}
            records.change(case, kept, bound, Note("platform_release_used", facts), now)


def take_back(case: OpenCase, release_id: str, now: datetime) -> None:
    """The person does not agree any more: nothing more is sent under it. Raises NotLive, ChangedMeanwhile."""
    kept = next((one for one in records.read(case, KIND) if one.id == release_id), None)
    if kept is None or _release(kept).taken_back_at is not None:
        raise NotLive
    release = _release(kept)
    facts = {"to": release.to, "request": release.request} if release.request else {"to": release.to}
    document = _document(replace(release, taken_back_at=now))
    records.change(case, kept, document, Note("platform_release_taken_back", facts), now)


def _document(release: PlatformRelease) -> Document:
    taken_back_at = release.taken_back_at
    return {
        "to": release.to,
        "data": [one.value for one in release.data],
        "purpose": release.purpose,
        "agreed_by": release.agreed_by,
        "way": release.way.value,
        "day": release.day.isoformat(),
        "until": release.until.isoformat(),
        "request": release.request,
        "step": release.step,
        "site": release.site,
        "taken_back_at": taken_back_at.astimezone(UTC).isoformat() if taken_back_at else "",
    }


def _release(kept: Record) -> PlatformRelease:
    plain = kept.document
    return PlatformRelease(
        to=str(plain["to"]),
        data=tuple(Data(one) for one in plain["data"]),
        purpose=str(plain["purpose"]),
        agreed_by=str(plain["agreed_by"]),
        way=Way(plain["way"]),
        day=date.fromisoformat(plain["day"]),
        until=date.fromisoformat(plain["until"]),
        request=str(plain["request"]),
        step=str(plain["step"]),
        site=str(plain["site"]),
        taken_back_at=datetime.fromisoformat(plain["taken_back_at"]) if plain["taken_back_at"] else None,
        id=kept.id,
        revision=kept.revision,
    )
