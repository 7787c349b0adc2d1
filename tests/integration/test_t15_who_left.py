"""T15: whoever left a team, or lost a release, opens nothing with what they kept: keys, wraps, dumps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from survivor_portal import seals
from survivor_portal.advocates import seats
from survivor_portal.advocates.models import Membership, Team
from survivor_portal.cases import access, book, departures, grant_rows, grants, keys, records, slot, unlocked
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Arrival, Case, Grant
from survivor_portal.takedowns import operations, rekey
from tests.desk import APerson, ATeam, a_grant, a_team, at_desk, removed
from tests.dumps import Dump, dumped, opened, sealed_rows

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def team() -> ATeam:
    access.prepare()
    return a_team(("Ana Li", "Bo Ek"))


@pytest.fixture
def news(team: ATeam) -> list[access.NewCase]:
    """Three cases that are granted to the team, each with something in every table."""
    news = []
    for number in range(3):
        new = access.open_new(NOW)
        records.add(new.session.case, "plan", {"links": ["https://x.example/1"]}, Note("plan_kept"), NOW)
        operations.begin(
            new.session.case, platform="x", kind="request", label=f"One {number}", to="X",
            grounds=("us-tida",), places=[operations.Place(1, "A place")], now=NOW,
        )  # fmt: skip
        a_grant(new.session.case, team, NOW)
        news.append(new)
    return news


def pairs_of(dump: Dump, person: APerson, secrets: list[bytes]) -> list[bytes]:
    """Each team's secret half that comes out of a seat in the dump with this person's own; and those kept."""
    found = list(secrets)
    for row in dump["advocates_membership"]:
        for number in range(1, 4):
            context = f"team1|{row['team_id']}|{person.id}|{number}".encode()
            try:
                found.append(seals.open_sealed(person.secret, bytes(row["sealed"]), context=context))
            except seals.WrongKey:
                continue
    return found


def keys_of(dumps: list[Dump], secrets: list[bytes]) -> list[bytes]:
    """Every key of a case that comes out of a grant in these dumps with one of these halves."""
    found = []
    for dump in dumps:
        for row in dump["cases_grant"]:
            for secret in secrets:
                try:
                    found.append(grant_rows.opened(Grant(**row), secret).key)
                except seals.WrongKey:
                    continue
    return found


def halves(news: list[access.NewCase]) -> list[bytes]:
    return [new.session.case.shred for new in news]


def written_after(case: keys.OpenCase, at: datetime) -> None:
    """New things, once somebody is out."""
    records.add(case, "plan", {"links": ["https://x.example/2"]}, Note("plan_kept"), at)
    slot.drop(case.id, "mail", {"text": "came after"}, at)


def ended_again(team: ATeam, person: APerson, now: datetime) -> ATeam:
    """The same after a restore ended the seat again, and a lead gave the team another key."""
    ana = team.people[0]
    seats.end_again(team.id, person.id, now)
    assert seats.wants_new_key(team.id, now)
    assert bytes(Team.objects.get(pk=team.id).public_key) == team.card.public_key
    departures.new_key(at_desk(ana, now), team.id, now + timedelta(seconds=1))
    assert not seats.wants_new_key(team.id, now + timedelta(seconds=1))
    seat = at_desk(ana, now).seat(team.id)
    assert seat
    assert seat.secret
    return replace(team, card=seat.team, secret=seat.secret, people=(ana,))


@pytest.mark.parametrize("removed", [removed, ended_again])
def test_t15_whoever_left_opens_nothing_once_each_case_was_opened_again(
    removed: Callable[[ATeam, APerson, datetime], ATeam], team: ATeam, news: list[access.NewCase]
) -> None:
    bo = team.people[1]
    before = dumped("main")
    kept_pairs = pairs_of(before, bo, [])
    kept_keys = keys_of([before], kept_pairs)
    assert kept_pairs == [team.secret]
    assert opened(before, kept_keys, halves(news)) == len(sealed_rows(before)) >= 18

    stays = removed(team, bo, NOW)

    # At once: no wrap in the database is for them any more.
    now = dumped("main")
    assert keys_of([now], pairs_of(now, bo, kept_pairs)) == []
    assert Case.objects.filter(wants_new_key=True).count() == 3
    # Opened again by the owner, by a colleague, by both.
    first, second, third = news
    grant = {row.case_id: row.pk for row in Grant.objects.all()}
    ana = at_desk(stays.people[0], LATER)
    changed = [
        rekey.where_wanted(access.open_with(first.code, first.phrase, LATER).session, LATER).case,
        rekey.open_as(ana, grant[second.session.case.id], LATER).case,
        rekey.open_as(ana, grant[third.session.case.id], LATER).case,
    ]
    access.open_with(third.code, third.phrase, LATER)
    for case in changed:
        written_after(case, LATER)

    after = dumped("main")
    every_pair = pairs_of(after, bo, [*kept_pairs, bo.secret])
    assert keys_of([after], every_pair) == []
    assert opened(after, kept_keys, halves(news)) == 0
    assert opened(after, [case.case_key for case in changed], halves(news)) == len(sealed_rows(after))
    assert set(keys_of([after], [stays.secret])) == {case.case_key for case in changed}
    assert Case.objects.filter(wants_new_key=True).count() == 0
    for secret in every_pair:
        for row in Arrival.objects.all():
            with pytest.raises(seals.WrongKey):
                seals.open_sealed(
                    secret, bytes(row.envelope), context=slot._context(row.case_id, row.pk, row.kind)
                )


def test_t15_a_case_nobody_opened_since_is_closed_to_them_by_every_door(
    team: ATeam, news: list[access.NewCase]
) -> None:
    bo = team.people[1]
    grant_id = Grant.objects.values_list("pk", flat=True)[0]
    session = rekey.open_as(at_desk(bo, NOW), grant_id, NOW)
    clinic = a_team((bo,), name="Clinic")

    removed(team, bo, NOW)

    desk = at_desk(bo, NOW)
    assert [seat.team.id for seat in desk.seats] == [clinic.id]
    assert grants.keys_of(desk, [grant_id], NOW) == {}
    with pytest.raises(grants.NotLetIn):
        rekey.open_as(desk, grant_id, NOW)
    assert unlocked.resume(session.token, NOW) is None


def test_t15_old_rows_put_back_let_nobody_in_again(team: ATeam, news: list[access.NewCase]) -> None:
    """Somebody who can write to the database puts team, seat and grant back as they were."""
    bo, case_id = team.people[1], news[0].session.case.id
    seat = Membership.objects.get(person_id=bo.id)
    before = Team.objects.get(), Grant.objects.get(case_id=case_id)
    a_team((bo,), name="Clinic")
    removed(team, bo, NOW)
    rekey.where_wanted(access.open_with(news[0].code, news[0].phrase, LATER).session, LATER)

    seat.save(force_insert=True)
    for row in before:
        row.save()

    desk = at_desk(bo, LATER)
    assert team.secret in [seat.secret for seat in desk.seats]
    grant_id = before[1].pk
    assert grants.keys_of(desk, [grant_id], LATER) == {}
    with pytest.raises(grants.NotLetIn):
        rekey.open_as(desk, grant_id, LATER)


def test_taken_back_nothing_from_before_opens_anything(team: ATeam, news: list[access.NewCase]) -> None:
    """Old wraps and a whole dump, with all the team's own keys."""
    new = news[0]
    before = dumped("main")
    kept = keys_of([before], [team.secret])
    grant_id = Grant.objects.get(case_id=new.session.case.id).pk

    case = rekey.revoke(new.session.case, grant_id, LATER)
    written_after(case, LATER)

    after = dumped("main")
    mine = {**after, **{name: _of(case.id, rows) for name, rows in after.items()}}
    assert opened(mine, [*kept, *keys_of([before, after], [team.secret])], [case.shred]) == 0
    assert opened(mine, [case.case_key], [case.shred]) == len(sealed_rows(mine)) >= 9
    assert bytes(Grant.objects.get(pk=grant_id).sealed) == b""
    # The other two are granted still.
    assert len(keys_of([after], [team.secret])) == 2


def _of(case_id: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [row for row in rows if row.get("case_id", row["id"] if "book_mark" in row else "") == case_id]


def test_left_to_run_out_nothing_from_before_opens_anything_once_it_was_opened(
    team: ATeam, news: list[access.NewCase]
) -> None:
    kept = keys_of([dumped("main")], [team.secret])
    over = NOW + timedelta(days=91)

    assert grants.sweep(over) == 3

    assert keys_of([dumped("main")], [team.secret]) == []
    for new in news:
        session = access.open_with(new.code, new.phrase, over).session
        written_after(rekey.where_wanted(session, over).case, over)
    after = dumped("main")
    assert opened(after, kept, halves(news)) == 0
    assert len(book.timeline(access.open_with(news[0].code, news[0].phrase, over).session.case)) > 5
