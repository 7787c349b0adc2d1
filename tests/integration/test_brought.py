"""Cases that a team brings along: sealed to the team, all or none, 30 days, and then the person's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from survivor_portal import lists, seals
from survivor_portal.advocates.models import Team
from survivor_portal.cases import (
    access,
    actors,
    book,
    brought,
    codes,
    ending,
    grants,
    keys,
    offers,
    records,
    slot,
    taking_over,
    unlocked,
)
from survivor_portal.cases.access import Owner
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.brought import AlreadyRun, BroughtMeanwhile, PaperOver, TeamChanged, Wanted
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Entry, Grant, Record
from survivor_portal.cases.releases import Consent, Paper, Terms
from survivor_portal.keystore import shred
from survivor_portal.takedowns import bringing, rekey
from survivor_portal.web.survivor import flow
from tests import desk
from tests.desk import ATeam

pytestmark = [pytest.mark.django_db(databases=["default", "keys"], transaction=True), pytest.mark.database]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
PHRASE = "a long row of white pebbles"


def paper(**change: Any) -> Paper:
    plain = {"agreed": Consent.adult, "signed_on": date(2026, 11, 1), "until": date(2027, 5, 1)}
    return Paper(**{**plain, **change})


def wanted(label: str = "N-1", on: Paper | None = None) -> Wanted:
    documents = [("plan", {"answers": {"country": "US"}, "secret": f"marker of {label}"}, Note("plan_kept"))]
    return Wanted(label, on or paper(), frozenset({Scope.read, Scope.act}), documents)


@pytest.fixture
def team() -> ATeam:
    return desk.a_team(["Ana Li", "Bo Ek"])


def by(team: ATeam) -> str:
    person = team.people[0]
    return actors.staff(person.id, person.name, team.card.name)


def bring(team: ATeam, count: int = 3, *, run: str = "run", **change: Any) -> int:
    return brought.bring(
        team.card, (wanted(f"N-{n}") for n in range(count)), NOW, by=by(team), run=run, **change
    )


def opened(team: ATeam, grant: Grant, now: datetime = NOW) -> unlocked.Session:
    return rekey.open_as(desk.at_desk(team.people[0], now), grant.pk, now)


def empty() -> bool:
    """Is there nothing of any case, in either database?"""
    ids = set(Case.objects.exclude(owner=Owner.nobody).values_list("pk", flat=True))
    rows = (Record.objects.count(), Entry.objects.count(), Grant.objects.count())
    return not ids and rows == (0, 0, 0)


class TestBringing:
    def test_a_case_opens_for_its_team_and_holds_what_was_brought(self, team: ATeam) -> None:
        assert bring(team) == 3

        labels = set()
        for grant in Grant.objects.all():
            session = opened(team, grant)
            (plan,) = records.read(session.case, "plan")
            (release,) = grants.releases(session.case)
            labels.add(release.label)
            assert plan.document["secret"] == f"marker of {release.label}"
            assert release.terms.consent is Consent.on_file
            assert release.terms.paper == paper()
        assert labels == {"N-0", "N-1", "N-2"}

    def test_the_book_says_who_brought_it_and_on_which_paper(self, team: ATeam) -> None:
        bring(team, 1)
        session = opened(team, Grant.objects.get())

        notes = [entry.note for entry in book.timeline(session.case)]

        assert [note.kind for note in notes] == ["case_brought", "plan_kept", "released", "opened_by"]
        assert {actors.read(note.by).name for note in notes[:3]} == {"Ana Li"}
        assert notes[2].facts["signed_on"] == "2026-11-01"

    def test_no_code_and_no_phrase_opens_it_and_its_row_looks_like_any_other(self, team: ATeam) -> None:
        bring(team, 1)
        row = Case.objects.get(owner=Owner.team)
        owned = access.open_new(NOW).session.case

        other = Case.objects.get(pk=owned.id)
        for name in ("code_index", "salt", "wrap", "recovery_salt", "recovery_wrap", "public_key"):
            assert len(getattr(row, name)) == len(getattr(other, name))
        assert (bytes(row.sealed_key), bytes(row.owner_key)) == (b"", b"")
        assert row.confirm_by is None

    def test_nothing_of_it_can_be_opened_before_all_of_it_stands(self, team: ATeam) -> None:
        seen: list[tuple[int, bool]] = []

        def slowly() -> Iterator[Wanted]:
            for number in range(brought.AT_ONCE * 2 + 1):
                seen.append((Grant.objects.count(), Case.objects.filter(confirm_by=None).exists()))
                yield wanted(f"N-{number}")

        brought.bring(team.card, slowly(), NOW, by=by(team), run="run")

        assert set(seen) == {(0, False)}
        assert Grant.objects.count() == brought.AT_ONCE * 2 + 1

    @pytest.mark.parametrize("after", [0, 1, brought.AT_ONCE, brought.AT_ONCE + 1, brought.AT_ONCE * 2])
    def test_what_stops_halfway_leaves_nothing(self, team: ATeam, after: int) -> None:
        def broken() -> Iterator[Wanted]:
            for number in range(after):
                yield wanted(f"N-{number}")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            brought.bring(team.card, broken(), NOW, by=by(team), run="run")

        assert empty()

    def test_a_process_that_died_halfway_leaves_what_nobody_opens_and_the_sweep_takes(
        self, team: ATeam, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(brought._Making, "give_up", lambda self: None)
        monkeypatch.setattr(brought._Making, "finish", lambda self, seen=None: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bring(team)
        ids = list(Case.objects.filter(owner=Owner.team).values_list("pk", flat=True))
        assert (len(ids), Grant.objects.count()) == (3, 0)
        with pytest.raises(AlreadyRun) as again:
            bring(team)
        assert not again.value.whole
        access.prepare()

        ending.sweep(NOW + brought.TO_FINISH)

        assert empty()
        assert shred.existing(ids) == set()

    def test_the_same_list_sent_twice_is_made_once(self, team: ATeam) -> None:
        bring(team)

        with pytest.raises(AlreadyRun) as again:
            bring(team)

        assert again.value.whole
        assert Case.objects.filter(owner=Owner.team).count() == 3
        assert bring(team, run="another") == 3

    def test_what_a_colleague_brought_meanwhile_stops_it_where_somebody_looked(self, team: ATeam) -> None:
        def meanwhile(run: str) -> Iterator[Wanted]:
            yield wanted("N-0")
            bring(team, 1, run=f"another {run}")
            yield wanted("N-1")

        bring(team, 1, run="before")
        seen = brought.standing(team.id)
        with pytest.raises(BroughtMeanwhile):
            brought.bring(team.card, meanwhile("run"), NOW, by=by(team), run="run", seen=seen)
        assert brought.standing(team.id) > seen
        assert (Case.objects.filter(owner=Owner.team).count(), Grant.objects.count()) == (2, 2)

        assert bring(team, seen=brought.standing(team.id)) == 3
        assert brought.bring(team.card, meanwhile("r"), NOW, by=by(team), run="r", seen=None) == 2

    def test_a_case_that_somebody_lets_in_meanwhile_stops_nothing(self, team: ATeam) -> None:
        case = access.open_new(NOW).session.case
        seen = brought.standing(team.id)
        desk.a_grant(case, team, NOW)

        assert bring(team, seen=seen) == 3

    def test_a_team_that_got_a_new_pair_meanwhile_gets_nothing_half(self, team: ATeam) -> None:
        def meanwhile() -> Iterator[Wanted]:
            yield wanted()
            Team.objects.filter(pk=team.id).update(key_number=2, public_key=seals.new_pair().public)

        with pytest.raises(TeamChanged):
            brought.bring(team.card, meanwhile(), NOW, by=by(team), run="run")

        assert empty()

    def test_where_no_cases_are_kept_none_is_brought(self, team: ATeam, settings: Any) -> None:
        settings.CASES_OPEN = False

        with pytest.raises(access.StoreClosed):
            bring(team)
        assert empty()

    def test_somebody_of_another_team_opens_none_of_them(self, team: ATeam) -> None:
        bring(team, 1)
        other = desk.a_team(["Cy Day"], name="Other", organisation="Another")

        with pytest.raises(grants.NotLetIn):
            rekey.open_as(desk.at_desk(other.people[0], NOW), Grant.objects.get().pk, NOW)


class TestThirtyDays:
    @pytest.mark.parametrize(
        ("until", "last"),
        [(date(2027, 5, 1), date(2026, 12, 23)), (date(2026, 12, 1), date(2026, 12, 1))],
    )
    def test_case_and_grant_end_after_30_days_or_with_the_paper(
        self, team: ATeam, until: date, last: date
    ) -> None:
        case, release = brought.open_for_team(team.card, wanted(on=paper(until=until)), NOW, by=by(team))

        assert case.expires_on == last
        assert release.terms.until == datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(
            days=1
        )
        assert ending.due(release.terms.until - timedelta(seconds=1)) == set()
        assert ending.due(release.terms.until) == {case.id}

    def test_to_open_it_makes_it_no_longer(self, team: ATeam) -> None:
        case, _ = brought.open_for_team(team.card, wanted(), NOW, by=by(team))

        opened(team, Grant.objects.get(), NOW + timedelta(days=20))

        assert Case.objects.get(pk=case.id).expires_on == case.expires_on

    def test_a_newly_dated_release_gives_30_days_more(self, team: ATeam) -> None:
        case, release = brought.open_for_team(team.card, wanted(), NOW, by=by(team))
        later = NOW + timedelta(days=29)

        renewed = brought.renew_on_file(case, release, paper(signed_on=later.date()), later)

        last = later.date() + timedelta(days=30)
        assert Case.objects.get(pk=case.id).expires_on == last
        assert Grant.objects.get().expires_at == renewed.terms.until
        assert opened(team, Grant.objects.get(), later + timedelta(days=30)).case.id == case.id
        assert grants.releases(case) == (renewed,)

    @pytest.mark.parametrize(
        "change",
        [
            {"signed_on": date(2026, 11, 1)},
            {"signed_on": date(2026, 10, 1)},
            {"signed_on": date(2026, 11, 24)},
            {"signed_on": date(2026, 11, 10), "until": date(2026, 11, 23)},
            {"signed_on": date(2026, 11, 10), "until": date(2027, 11, 11)},
            {"signed_on": date(2026, 11, 10), "agreed": Consent.on_file},
        ],
        ids=str,
    )
    def test_no_other_paper_makes_it_longer(self, team: ATeam, change: dict[str, Any]) -> None:
        case, release = brought.open_for_team(team.card, wanted(), NOW, by=by(team))

        with pytest.raises(PaperOver):
            brought.renew_on_file(case, release, paper(**change), NOW)

        assert Case.objects.get(pk=case.id).expires_on == case.expires_on

    @pytest.mark.parametrize(
        "bad", [{"signed_on": date(2026, 11, 24)}, {"until": TODAY}, {"until": date(2027, 11, 2)}], ids=str
    )
    def test_a_case_on_no_good_paper_is_not_made(self, team: ATeam, bad: dict[str, Any]) -> None:
        with pytest.raises(PaperOver):
            brought.open_for_team(team.card, wanted(on=paper(**bad)), NOW, by=by(team))
        assert empty()

    def test_somebody_who_left_costs_the_case_a_new_key(self, team: ATeam) -> None:
        case, _ = brought.open_for_team(team.card, wanted(), NOW, by=by(team))
        Case.objects.filter(pk=case.id).update(wants_new_key=True)

        session = opened(team, Grant.objects.get())

        assert session.case.key_number == case.key_number + 1
        assert opened(team, Grant.objects.get()).case.case_key == session.case.case_key
        with pytest.raises(book.Rekeyed):
            book.timeline(case)


def offer(team: ATeam, case: OpenCase, now: datetime = NOW) -> offers.Offer:
    return offers.read(offers.make_take_over(team.people[0].id, team.id, case, now), now)


def terms(now: datetime = NOW) -> Terms:
    return Terms(
        "To help me",
        frozenset({Scope.read}),
        now + timedelta(days=90),
        Consent.adult,
        typed_name="R. Example",
    )


def take(offer: offers.Offer, code: str, stays: Terms | None, **change: Any) -> unlocked.Session:
    plain = {"phrase": PHRASE, "owner": Owner.person, "keep_days": 180}
    return rekey.take_over(offer, NOW, code=code, stays=stays, **{**plain, **change})


@pytest.fixture
def code() -> str:
    return codes.new_code()


class TestTakingOver:
    def test_from_then_on_it_is_the_persons(self, team: ATeam, code: str) -> None:
        case, _ = brought.open_for_team(team.card, wanted(), NOW, by=by(team))

        session = take(offer(team, case), code, None)

        again = access.open_with(code, PHRASE, NOW).session
        (plan,) = records.read(again.case, "plan")
        row = Case.objects.get(pk=case.id)
        assert plan.document["secret"] == "marker of N-1"
        assert session.case.by == "owner"
        assert (row.owner, row.expires_on) == (Owner.person, TODAY + timedelta(days=180))
        assert session.case.expires_on == row.expires_on
        assert {"taken_over", "revoked", "rekeyed"} <= {e.note.kind for e in book.timeline(again.case)}
        assert access.new_recovery_code(again, PHRASE, NOW)

    def test_a_team_that_is_not_kept_opens_nothing_with_all_it_ever_had(self, team: ATeam, code: str) -> None:
        case, _ = brought.open_for_team(team.card, wanted(), NOW, by=by(team))
        grant = Grant.objects.get()
        desk_session = opened(team, grant)
        dump = {row.pk: bytes(row.sealed) for row in Grant.objects.all()}
        given = offer(team, case)

        session = take(given, code, None)
        slot.drop(case.id, "form", {"text": "written after"}, NOW)

        with pytest.raises(grants.NotLetIn):
            opened(team, grant)
        assert unlocked.resume(desk_session.token, NOW) is None
        # With the old wraps, the old key and everything that stands in the databases now.
        opened_before = seals.open_sealed(
            team.secret, dump[grant.pk],
            context=f"grant1|{case.id}|{grant.pk}|{grant.expires_at.timestamp():.0f}".encode(),
        )  # fmt: skip
        assert case.case_key.hex() in opened_before.decode()
        half = shred.get([case.id])[case.id]
        assert _opens(OpenCase(case.id, case.case_key, half, case.expires_on)) == 0
        assert _opens(session.case) == Record.objects.filter(case_id=case.id).count() > 0

    def test_a_team_that_is_kept_goes_on_with_the_persons_terms(self, team: ATeam, code: str) -> None:
        case, before = brought.open_for_team(team.card, wanted(), NOW, by=by(team))

        session = take(offer(team, case), code, terms())

        oldest, newest = sorted(grants.releases(session.case), key=lambda one: one.ended_at is None)
        assert (newest.terms.typed_name, newest.label) == ("R. Example", before.label)
        assert newest.terms.consent is Consent.adult
        assert oldest.ended_at == NOW
        at_the_desk = opened(team, Grant.objects.get())
        assert at_the_desk.case.case_key == session.case.case_key != case.case_key
        assert at_the_desk.actor is not None
        assert not at_the_desk.actor.may_write

    def test_the_code_is_good_once(self, team: ATeam, code: str) -> None:
        case, _ = brought.open_for_team(team.card, wanted(), NOW, by=by(team))
        given = offer(team, case)
        take(given, code, None)

        with pytest.raises(offers.NoOffer):
            take(given, code, None)

    def test_what_fails_leaves_it_the_teams(self, team: ATeam, code: str) -> None:
        case, _ = brought.open_for_team(team.card, wanted(), NOW, by=by(team))
        given = offer(team, case)
        access.open_new(NOW, code=code, phrase="some other phrase of mine")

        with pytest.raises(access.CodeTaken):
            take(given, code, None)
        with pytest.raises(access.PhraseRefused):
            take(given, code, None, phrase="short")

        assert Case.objects.get(pk=case.id).owner == Owner.team
        assert opened(team, Grant.objects.get()).case.case_key == case.case_key
        assert offer(team, case).case is not None

    def test_a_case_somebody_holds_is_not_taken_over(self, team: ATeam, code: str) -> None:
        mine = access.open_new(NOW).session.case
        desk.a_grant(mine, team, NOW)

        with pytest.raises(taking_over.NotTheTeams):
            take(offer(team, mine), code, None)
        assert Case.objects.get(pk=mine.id).owner == Owner.person

    def test_the_paper_of_a_team_renews_nothing_any_more(self, team: ATeam, code: str) -> None:
        case, release = brought.open_for_team(team.card, wanted(), NOW, by=by(team))
        session = take(offer(team, case), code, terms())

        with pytest.raises(grants.NoSuchRelease):
            brought.renew_on_file(session.case, release, paper(signed_on=TODAY), NOW)


def _opens(case: OpenCase) -> int:
    """How many of the records in the database open with this key."""
    found = 0
    for row in Record.objects.filter(case_id=case.id):
        try:
            keys.unseal(case, f"cases_record.{row.kind}", row.pk, row.revision, bytes(row.envelope))
        except seals.WrongKey:
            continue
        found += 1
    return found


class TestAWholeList:
    """As many cases as a list may have, with twenty links each, where everything is run."""

    def make(self, team: ATeam, count: int, run: str) -> tuple[int, int]:
        """Bring so many cases; how many statements that took, and how many were read before being written."""
        statements = ahead = number = 0
        before = Case.objects.count()

        def counted(execute: Any, *args: Any) -> Any:
            nonlocal statements
            statements += 1
            return execute(*args)

        def watched() -> Iterator[Any]:
            nonlocal ahead, number
            for number, one in enumerate(lists.read_cases(_table(count), TODAY), 1):
                if number % brought.AT_ONCE in (0, 1):
                    ahead = max(ahead, number - (Case.objects.count() - before))
                yield one

        with connection.execute_wrapper(counted):
            made = bringing.make(team.card, watched(), NOW, by=by(team), run=run, purpose="")
        assert (made.cases, made.places) == (count, count * 20)
        return statements, ahead

    def test_ten_times_as_many_take_ten_times_the_statements_and_are_never_in_memory_together(
        self, team: ATeam, sizes: Callable[[str], int]
    ) -> None:
        many = sizes("brought_cases")

        few_statements, _ = self.make(team, many // 10, "few")
        many_statements, ahead = self.make(team, many, "many")

        assert Grant.objects.count() == many + many // 10
        assert many_statements < 11 * few_statements
        assert ahead == brought.AT_ONCE

    def test_looking_through_it_sends_not_one_statement(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            checked = bringing.check(lists.read_cases(_table(30), TODAY))

        assert (checked.counted.cases, checked.counted.places, checked.faults) == (30, 600, ())
        assert checked.counted.open_questions == 30


def _table(count: int) -> str:
    names = "case,link,age_then,age_now,country,agreed_by,release_signed,release_until,release_on_file"
    links = "\n".join(f"https://social.example/p/{n}" for n in range(20))
    rows = (f'N-{n},"{links}",adult,adult,US,adult,2026-11-01,2027-05-01,yes' for n in range(count))
    return "\n".join([names, *rows])


def test_a_case_with_every_answer_stands_at_its_plan_and_one_without_is_asked() -> None:
    row = {
        "case": "A", "link": "https://social.example/1", "age_then": "adult", "age_now": "adult",
        "happened": "posted", "picture": "real", "consent": "never", "maker": "other", "forced": "no",
        "country": "US", "owner_safe": "yes", "reported": "not_yet", "agreed_by": "adult",
        "release_signed": "2026-11-01", "release_until": "2027-05-01", "release_on_file": "yes",
    }  # fmt: skip

    def plan(**change: str) -> dict[str, Any]:
        said = row | change
        text = ",".join(said) + "\n" + ",".join(said.values())
        (listed,) = lists.read_cases(text, TODAY)
        assert isinstance(listed, lists.Listed)
        return bringing.plan_of(listed)[0]

    whole, lacking = plan(), plan(happened="")

    assert flow.stand(whole).question is None
    assert whole["been_at_plan"]
    assert flow.stand(whole).plan.steps
    asked = flow.stand(lacking).question
    assert asked is not None
    assert asked.key == "happened"
    assert "been_at_plan" not in lacking
