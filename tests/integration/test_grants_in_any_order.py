"""Whatever is given, renewed, taken back, left to run out, in whatever order, and whoever leaves a team:
exactly the teams with a release that holds open the case, its owner always, and nobody who once could."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from survivor_portal import seals
from survivor_portal.cases import access, book, grant_rows, grants, opening, phrases, throttle
from survivor_portal.cases.grants import NotLetIn
from survivor_portal.cases.models import Case, Grant
from survivor_portal.takedowns import operations, rekey
from tests.desk import ATeam, a_grant, a_team, at_desk, removed

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STEPS = 12
TEAMS = st.sampled_from(["north", "clinic"])
DAYS = st.integers(1, 30)


class Desks(RuleBasedStateMachine):
    """One case, its owner, and two teams of three."""

    new: ClassVar[access.NewCase]
    owner: ClassVar[bytes]
    all_teams: ClassVar[dict[str, ATeam]]

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.now = START
        self.teams = dict(self.all_teams)
        self.ends: dict[str, datetime] = {}  # the releases that were not taken back
        self.seen: dict[str, set[bytes]] = {name: set() for name in self.teams}  # keys, by the pair it has
        self.gone: set[bytes] = set()  # keys that somebody knew who is out
        self.old_pairs: list[bytes] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # --- what may happen ---

    @rule(days=DAYS, swept=st.booleans())
    def time_goes_by(self, days: int, swept: bool) -> None:
        self.now += timedelta(days=days)
        if not swept:
            return
        grants.sweep(self.now)
        for name, end in self.ends.items():
            if end <= self.now:
                self.gone |= self.seen[name]

    @rule(team=TEAMS, days=DAYS)
    def the_owner_lets_a_team_in(self, team: str, days: int) -> None:
        a_grant(self.case(), self.teams[team], self.now, days=days)
        self.ends[team] = self.now + timedelta(days=days)

    @precondition(lambda self: self.ends)
    @rule(team=TEAMS, days=DAYS)
    def the_owner_renews(self, team: str, days: int) -> None:
        for release in grants.releases(self.case()):
            if release.team_id == self.teams[team].id and release.ended_at is None:
                grants.renew(self.case(), release, self.now + timedelta(days=days), self.now)
                self.ends[team] = self.now + timedelta(days=days)

    @precondition(lambda self: self.ends)
    @rule(team=TEAMS)
    def the_owner_takes_it_back(self, team: str) -> None:
        for release in grants.releases(self.case()):
            if release.team_id == self.teams[team].id and release.ended_at is None:
                rekey.revoke(self.case(), release.grant_id, self.now)
                self.gone |= self.seen[team]
                del self.ends[team]

    @rule()
    def the_case_gets_a_new_key(self) -> None:
        rekey.rekey(self.case(), self.now)

    @rule(team=TEAMS, which=st.integers(0, 2))
    def somebody_leaves(self, team: str, which: int) -> None:
        before = self.teams[team]
        if which < len(before.people) and len(before.people) > 1:
            self.gone |= self.seen[team]
            self.old_pairs.append(before.secret)
            self.teams[team] = removed(before, before.people[which], self.now)
            self.seen[team] = set()

    @rule()
    def the_owner_opens_it(self) -> None:
        found = access.open_with(self.new.code, self.new.phrase, self.now)
        rekey.where_wanted(found.session, self.now)
        assert not Case.objects.get(pk=self.new.session.case.id).wants_new_key

    @rule(team=TEAMS, which=st.integers(0, 2))
    def somebody_at_a_desk_opens_it(self, team: str, which: int) -> None:
        people = self.teams[team].people
        self.try_to_open(team, people[which % len(people)].id)

    # --- what always holds ---

    @invariant()
    def exactly_those_who_may_have_the_key(self) -> None:
        row = Case.objects.get(pk=self.new.session.case.id)
        key = opening.opened_key(row, self.owner)
        for name, team in self.teams.items():
            opened = self.key_of(team.secret, team.id)
            assert (opened == key) == self.is_in(name), name
            assert opened in (key, None)
            if opened:
                self.seen[name].add(opened)
        for secret in self.old_pairs:
            assert all(self.key_of(secret, team.id) is None for team in self.teams.values())
        if not row.wants_new_key:
            assert key not in self.gone

    @invariant()
    def the_owner_reads_all_of_it(self) -> None:
        case = self.case()
        assert [line.label for line in operations.board(case)] == ["One"]
        assert len(book.page(case, count=3)) == 3
        assert book.not_as_told(case) == {}

    # --- how that is known ---

    def is_in(self, name: str) -> bool:
        return self.now < self.ends.get(name, self.now)

    def key_of(self, secret: bytes, team_id: str) -> bytes | None:
        row = grant_rows.live(self.now).filter(team_id=team_id).first()
        try:
            return grant_rows.opened(row, secret).key if row else None
        except seals.WrongKey:
            return None

    def case(self) -> access.OpenCase:
        """As its owner has it open."""
        case = self.new.session.case
        row = Case.objects.get(pk=case.id)
        return access.OpenCase(
            case.id, opening.opened_key(row, self.owner), case.shred, row.expires_on, row.key_number
        )

    def try_to_open(self, name: str, person_id: str) -> None:
        team = self.teams[name]
        person = next(one for one in team.people if one.id == person_id)
        grant_id = Grant.objects.filter(team_id=team.id).values_list("pk", flat=True).first() or "none"
        desk = at_desk(person, self.now)
        try:
            session = rekey.open_as(desk, grant_id, self.now)
        except NotLetIn:
            assert not self.is_in(name)
            return
        assert self.is_in(name)
        assert [line.label for line in operations.board(session.case)] == ["One"]
        assert not Case.objects.get(pk=session.case.id).wants_new_key


def test_exactly_those_who_may_open_the_case_whatever_was_done(sizes: Callable[[str], int]) -> None:
    access.prepare()
    new = access.open_new(START)
    operations.begin(
        new.session.case, platform="x", kind="request", label="One", to="X", grounds=("us-tida",),
        places=[operations.Place(1, "A place")], now=START,
    )  # fmt: skip
    Desks.new = access.NewCase(new.code, new.phrase, access.open_with(new.code, new.phrase, START).session)
    index, phrase = opening.code_index(new.code), phrases.canonical(new.phrase)
    Desks.owner = opening.try_secret(index, throttle.Bucket.phrase, phrase, START).owner
    throttle.forgive(index, throttle.Bucket.phrase)
    Desks.all_teams = {
        "north": a_team(("Ana Li", "Bo Ek", "Cy Om")),
        "clinic": a_team(("Di Pa", "Ed Ro", "Fa So"), name="Clinic"),
    }

    run_state_machine_as_test(
        Desks,
        settings=settings(
            max_examples=sizes("grant_stories"),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
