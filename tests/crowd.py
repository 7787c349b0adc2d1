"""Thousands of granted cases with their requests, sealed as the site seals them, put in by the thousand.

Nobody has a phrase for these cases, and their books begin with the first list that shows them: they are for
looking at lists, not for opening.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from survivor_portal import seals
from survivor_portal.cases import grant_rows, keys, opening
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Grant, Owner
from survivor_portal.cases.releases import Consent, Release, Terms
from survivor_portal.keystore import shred
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.lines import End
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import next_action_at, next_hour
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Happening, Move
from survivor_portal.takedowns.standing import Entry, How
from tests.desk import ATeam

AT_ONCE = 500
SCOPES = frozenset({Scope.read, Scope.act})
# What the requests lived through, and how many of twenty did.
LIVES: dict[tuple[Happening, ...], int] = {
    (): 4,
    (Move.SEND,): 6,
    (Move.SEND, Fact.RECEIPT): 3,
    (Move.SEND, Fact.REFUSAL): 3,
    (Move.SEND, Fact.ASKS_MORE): 2,
    (Move.SEND, Fact.REFUSAL, Move.ANSWER): 1,
    (Move.SEND, Fact.REMOVAL): 1,
}
_LIFE = [life for life, count in LIVES.items() for _ in range(count)]
_PLATFORMS = ("x", "instagram", "reddit", "other")


@dataclass(frozen=True)
class Crowd:
    """How many there are."""

    cases: int
    requests: int


def a_crowd(
    team: ATeam, cases: int, requests: int, now: datetime, *, seed: int = 1, not_for: tuple[str, ...] = ()
) -> Crowd:
    """So many cases, each granted to the team, and so many requests in all, begun within the last month.

    One in ten is taken by the team's second person (or its only one).
    """
    dice = random.Random(seed)
    each = divmod(requests, cases)
    todo = iter([each[0] + (number < each[1]) for number in range(cases)])
    number = 0
    while some := list(islice(todo, AT_ONCE)):
        made = list(_cases(len(some), now))
        Case.objects.bulk_create(row for _case, row in made)
        Grant.objects.bulk_create(
            _grant(case, team, f"Client {number + place}", now, not_for)
            for place, (case, _row) in enumerate(made)
        )
        Row.objects.bulk_create(
            (
                _request(case, n, now, dice, team)
                for (case, _row), count in zip(made, some, strict=True)
                for n in range(count)
            ),
            batch_size=AT_ONCE,
        )
        number += len(some)
    return Crowd(cases, requests)


def _cases(count: int, now: datetime) -> Iterator[tuple[OpenCase, Case]]:
    ids = [keys.new_id() for _ in range(count)]
    halves = shred.create(ids)
    owner = seals.new_pair()
    expires_on = (now + timedelta(days=180)).date()
    for case_id in ids:
        case = OpenCase(case_id, seals.new_key(), halves[case_id], expires_on)
        yield (
            case,
            Case(
                id=case_id, code_index=keys.new_id(), owner=Owner.person, kdf=opening.KDF,
                salt=seals.new_salt(), wrap=seals.blank_wrap(), recovery_salt=seals.new_salt(),
                recovery_wrap=seals.blank_wrap(), public_key=seals.new_pair().public,
                owner_key=owner.public, sealed_key=opening.sealed_key(case, owner.public),
                expires_on=expires_on, last_active_on=now.date(),
            ),
        )  # fmt: skip


def _grant(case: OpenCase, team: ATeam, label: str, now: datetime, not_for: tuple[str, ...]) -> Grant:
    terms = Terms("Help", SCOPES, (now + timedelta(days=90)).replace(microsecond=0), Consent.adult, not_for)
    release = Release(keys.new_id(), keys.new_id(), team.id, team.card.name, "", "", terms, now, label)
    return Grant(
        id=release.grant_id, case_id=case.id, team_id=team.id, expires_at=terms.until,
        team_key_number=team.card.key_number, sealed=grant_rows.sealed(case, release, team.card),
    )  # fmt: skip


def _request(case: OpenCase, number: int, now: datetime, dice: random.Random, team: ATeam) -> Row:
    """A request as `operations` writes it, but for its lines in the book."""
    begun_at = now - timedelta(minutes=dice.randrange(30 * 24 * 60))
    entries = [Entry(1, Move.DRAFT, begun_at, (1,))]
    at = begun_at
    for what in dice.choice(_LIFE):
        at = min(now, at + timedelta(hours=dice.randrange(1, 100)))
        entries.append(Entry(len(entries) + 1, what, at, how=How.FORM if what is Move.SEND else None))
    platform = dice.choice(_PLATFORMS)
    made = Takedown(
        id=keys.new_id(), platform=platform, kind="request_48h", label=f"Request {number}", to="X",
        grounds=("us-tida",), channel="", places=(Place(1, "Place 1", url="https://video.example/1"),),
        entries=tuple(entries), revision=1,
    )  # fmt: skip
    standing = made.standing
    ends: tuple[End, ...] = ()
    if standing.sent_at is not None:
        sent_at = standing.sent_at
        ends = tuple(
            End(kind, sent_at + timedelta(hours=hours), True)
            for kind, hours in ((Kind.REMINDER, 24), (Kind.DUTY, 48))
        )
    columns: dict[str, Any] = {
        "state": standing.state.value,
        "due_at": next_hour(ends[0].at) if ends else None,
        "next_action_at": next_action_at(standing.state, [end.at for end in ends], at),
        "assignee": team.people[min(1, len(team.people) - 1)].id if dice.random() < 0.1 else "",
    }
    return Row(
        id=made.id, case_id=case.id, platform=platform, kind=made.kind, revision=1,
        overview=operations._overview(case, made, ends, at), details=operations._details(case, made),
        **columns,
    )  # fmt: skip
