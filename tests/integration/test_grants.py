"""A team is let in, sees what was agreed and no more, and is out again when the release ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from survivor_portal.advocates import opened as desks
from survivor_portal.advocates.models import Membership, Person
from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, actors, book, grants, keys, records, refusals, slot, unlocked
from survivor_portal.cases.book import Note, ReadOnly
from survivor_portal.cases.grants import Consent, NotLetIn, Scope
from survivor_portal.cases.models import Grant
from survivor_portal.takedowns import operations, rekey
from tests.desk import APerson, ATeam, a_grant, a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def new() -> access.NewCase:
    access.prepare()
    new = access.open_new(NOW)
    operations.begin(
        new.session.case, platform="x", kind="request", label="One", to="X", grounds=("us-tida",),
        places=[operations.Place(1, "A place", "https://x.example/1")], now=NOW,
    )  # fmt: skip
    return new


@pytest.fixture
def team() -> ATeam:
    return a_team(("Ana Li", "Bo Ek"))


@pytest.fixture
def ana(team: ATeam) -> Desk:
    return at_desk(team.people[0], NOW)


@pytest.fixture
def bo(team: ATeam) -> Desk:
    return at_desk(team.people[1], NOW)


def told(case: keys.OpenCase) -> list[tuple[str, str]]:
    """What the book tells of the desk, with who."""
    kinds = {"released", "renewed", "revoked", "labelled", "rekeyed", "opened_by", "listed"}
    return [(entry.note.kind, entry.note.by) for entry in book.timeline(case) if entry.note.kind in kinds]


def test_whoever_is_let_in_reads_the_case_and_stands_in_its_book_with_their_name(
    new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    case = new.session.case
    release = a_grant(case, team, NOW)

    session = rekey.open_as(ana, release.grant_id, LATER)

    assert session.case.case_key == case.case_key
    assert [line.label for line in operations.board(session.case)] == ["One"]
    by = f"staff|{team.people[0].id}|Ana Li|Helpline North, Example Helpline"
    assert told(case) == [("released", "owner"), ("opened_by", by)]
    records.add(session.case, "plan", {"a": 1}, Note("plan_kept"), LATER)
    assert book.timeline(case)[-1].note.by == by
    assert book.not_as_told(case) == {}


def test_the_paper_in_the_case_says_what_was_agreed(new: access.NewCase, team: ATeam) -> None:
    case = new.session.case
    release = a_grant(case, team, NOW, not_for=[team.people[1]])

    (kept,) = grants.releases(access.open_with(new.code, new.phrase, LATER).session.case)

    assert kept == release
    assert kept.terms.consent is Consent.adult
    assert (kept.team, kept.organisation) == ("Helpline North", "Example Helpline")
    assert kept.is_live(NOW)
    assert not kept.is_live(kept.terms.until)


def test_it_is_written_down_once_for_each_person_case_and_open_desk(
    new: access.NewCase, team: ATeam, ana: Desk, bo: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW)
    for desk in (ana, ana, bo, ana, at_desk(team.people[0], LATER)):
        rekey.open_as(desk, release.grant_id, LATER)

    found = grants.accesses(new.session.case)

    assert [(one.kind, one.name) for one in found] == [
        ("opened_by", "Ana Li"), ("opened_by", "Bo Ek"), ("opened_by", "Ana Li"),
    ]  # fmt: skip
    assert {one.at for one in found} == {LATER}


def leave_the_team(team: ATeam, person: APerson) -> None:
    Membership.objects.filter(person_id=person.id).delete()


def not_let_in(team: ATeam, person: APerson) -> None:
    Membership.objects.filter(person_id=person.id).update(sealed=b"", key_number=0)


def end_the_grant(team: ATeam, person: APerson) -> None:
    Grant.objects.update(revoked_at=NOW)


def empty_the_grant(team: ATeam, person: APerson) -> None:
    Grant.objects.update(sealed=b"")


def let_it_run_out(team: ATeam, person: APerson) -> None:
    Grant.objects.update(expires_at=LATER)


def switch_off(team: ATeam, person: APerson) -> None:
    Person.objects.filter(pk=person.id).update(is_active=False)


def close_the_desk(team: ATeam, person: APerson) -> None:
    desks.end_all(person.id)


ENDS = [leave_the_team, not_let_in, end_the_grant, empty_the_grant, let_it_run_out]


@pytest.mark.parametrize("how", [*ENDS, switch_off, close_the_desk])
def test_an_open_case_closes_with_what_let_somebody_in(
    how: Callable[[ATeam, APerson], None], new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW)
    session = rekey.open_as(ana, release.grant_id, NOW)
    assert unlocked.resume(session.token, LATER) is not None

    how(team, team.people[0])

    assert unlocked.resume(session.token, LATER) is None
    assert unlocked.Row.objects.exclude(at_desk="").count() == 0
    assert unlocked.resume(new.session.token, LATER) is not None


@pytest.mark.parametrize("how", ENDS)
def test_whoever_may_not_come_in_any_more_learns_nothing_and_the_case_is_told_once(
    how: Callable[[ATeam, APerson], None], new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    case = new.session.case
    release = a_grant(case, team, NOW)
    how(team, team.people[0])
    before = dict(Grant.objects.values_list("pk", "sealed")), book.timeline(case)

    for desk in (ana, at_desk(team.people[0], LATER), ana):
        with pytest.raises(NotLetIn):
            rekey.open_as(desk, release.grant_id, LATER)
    assert grants.keys_of(at_desk(team.people[0], LATER), [release.grant_id], LATER) == {}

    assert (dict(Grant.objects.values_list("pk", "sealed")), book.timeline(case)) == before
    (arrived,) = slot.take_in(case, LATER, lambda told: refusals.received(case, told, LATER))
    assert arrived["kind"] == "refused"
    (seen,) = grants.accesses(case)
    assert (seen.kind, seen.name, seen.at) == ("refused", "Ana Li", LATER)


def test_another_day_it_is_told_again_and_of_another_person_too(
    new: access.NewCase, team: ATeam, ana: Desk, bo: Desk
) -> None:
    case = new.session.case
    release = a_grant(case, team, NOW)
    end_the_grant(team, team.people[0])
    tomorrow = NOW + timedelta(days=1)

    for desk, at in ((ana, NOW), (bo, NOW), (ana, NOW), (at_desk(team.people[0], tomorrow), tomorrow)):
        with pytest.raises(NotLetIn):
            rekey.open_as(desk, release.grant_id, at)

    tries = [actors.read(one["document"]["by"]).name for one in slot.take_in(case, tomorrow)]
    assert tries == ["Ana Li", "Bo Ek", "Ana Li"]


def test_a_grant_nobody_made_is_no_grant(new: access.NewCase, ana: Desk) -> None:
    with pytest.raises(NotLetIn):
        rekey.open_as(ana, "0" * 32, NOW)

    assert not slot.is_waiting(new.session.case)


def test_another_team_opens_nothing_and_the_case_is_told(new: access.NewCase, team: ATeam) -> None:
    case = new.session.case
    release = a_grant(case, team, NOW)
    other = a_team(("Cy Om",), name="Clinic", organisation="Example Clinic")
    cy = at_desk(other.people[0], NOW)

    with pytest.raises(NotLetIn):
        rekey.open_as(cy, release.grant_id, NOW)

    assert grants.keys_of(cy, [release.grant_id], NOW) == {}
    (arrived,) = slot.take_in(case, NOW)
    assert actors.read(arrived["document"]["by"]).team == "Clinic, Example Clinic"


def test_who_must_not_see_it_sees_nothing_and_the_others_do(
    new: access.NewCase, team: ATeam, ana: Desk, bo: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW, not_for=[team.people[1]])

    with pytest.raises(NotLetIn):
        rekey.open_as(bo, release.grant_id, NOW)

    assert grants.keys_of(bo, [release.grant_id], NOW) == {}
    assert rekey.open_as(ana, release.grant_id, NOW)
    assert list(grants.keys_of(ana, [release.grant_id], NOW)) == [release.grant_id]


def test_new_terms_take_the_place_of_the_old_ones_and_the_case_has_to_be_opened_again(
    new: access.NewCase, team: ATeam, ana: Desk, bo: Desk
) -> None:
    case = new.session.case
    first = a_grant(case, team, NOW)
    session = rekey.open_as(bo, first.grant_id, NOW)

    second = a_grant(case, team, LATER, not_for=[team.people[1]], scopes=[Scope.read])

    assert second.grant_id == first.grant_id
    assert unlocked.resume(session.token, LATER) is None
    with pytest.raises(NotLetIn):
        rekey.open_as(bo, second.grant_id, LATER)
    assert rekey.open_as(ana, second.grant_id, LATER).actor is not None
    assert [one.ended_at for one in grants.releases(case)] == [None, LATER]


@pytest.mark.parametrize(
    ("scopes", "role"), [((Scope.read,), Role.advocate), ((Scope.read, Scope.act), Role.read_only)]
)
def test_whoever_may_only_read_writes_nothing(
    scopes: tuple[Scope, ...], role: Role, new: access.NewCase, team: ATeam, bo: Desk
) -> None:
    case = new.session.case
    Membership.objects.filter(person_id=team.people[1].id).update(role=role)
    release = a_grant(case, team, NOW, scopes=scopes)
    opened = rekey.open_as(bo, release.grant_id, NOW)
    resumed = unlocked.resume(opened.token, LATER)
    assert resumed is not None

    for session in (opened, resumed):
        with pytest.raises(ReadOnly):
            records.add(session.case, "plan", {}, Note("plan_kept"), LATER)

    assert records.read(case, "plan") == ()
    assert len(operations.board(resumed.case)) == 1


def test_what_is_the_owners_stays_the_owners(new: access.NewCase, team: ATeam, ana: Desk) -> None:
    release = a_grant(new.session.case, team, NOW)
    session = rekey.open_as(ana, release.grant_id, NOW)
    before = book.timeline(new.session.case)
    other = a_team(("Cy Om",))

    for act in (
        lambda: a_grant(session.case, other, NOW),
        lambda: grants.renew(session.case, release, NOW + timedelta(days=300), NOW),
        lambda: rekey.revoke(session.case, release.grant_id, NOW),
        lambda: access.keep_for(session.case, 365, NOW),
        lambda: access.change_phrase(session, new.phrase, NOW),
        lambda: access.new_recovery_code(session, new.phrase, NOW),
    ):
        with pytest.raises(grants.NotTheOwners):
            act()

    assert book.timeline(new.session.case) == before


@pytest.mark.parametrize("days", [366, 0, -1])
def test_a_release_ends_within_a_year_and_not_before_it_begins(
    days: int, new: access.NewCase, team: ATeam
) -> None:
    with pytest.raises(grants.TooLong):
        a_grant(new.session.case, team, NOW, days=days)
    release = a_grant(new.session.case, team, NOW, days=365)
    with pytest.raises(grants.TooLong):
        grants.renew(new.session.case, release, NOW + timedelta(days=days), NOW)


def test_renewed_it_holds_on_also_when_it_had_run_out(new: access.NewCase, team: ATeam) -> None:
    case = new.session.case
    release = a_grant(case, team, NOW, days=1)
    over = NOW + timedelta(days=2)
    assert grants.sweep(over) == 1
    assert grants.sweep(over) == 0
    assert bytes(Grant.objects.get().sealed) == b""

    renewed = grants.renew(case, release, over + timedelta(days=90), over)

    assert renewed.id == release.id
    session = rekey.open_as(at_desk(team.people[0], over), release.grant_id, over)
    assert session.actor
    assert session.actor.until == renewed.terms.until
    # With a new key: a copy of the row from before opens nothing of it any more.
    assert [kind for kind, _ in told(session.case)] == ["released", "renewed", "opened_by", "rekeyed"]


def test_two_tabs_that_renew_do_not_overwrite_each_other(new: access.NewCase, team: ATeam) -> None:
    release = a_grant(new.session.case, team, NOW)
    grants.renew(new.session.case, release, NOW + timedelta(days=100), NOW)

    with pytest.raises(records.ChangedMeanwhile):
        grants.renew(new.session.case, release, NOW + timedelta(days=200), NOW)

    assert Grant.objects.get().expires_at == NOW + timedelta(days=100)


def test_taken_back_it_is_over_at_once_and_can_be_given_again(
    new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW)
    session = rekey.open_as(ana, release.grant_id, NOW)

    case = rekey.revoke(new.session.case, release.grant_id, LATER)

    assert unlocked.resume(session.token, LATER) is None
    assert case.key_number == 2
    row = Grant.objects.get()
    assert (bytes(row.sealed), row.revoked_at) == (b"", LATER)
    with pytest.raises(NotLetIn):
        rekey.open_as(ana, release.grant_id, LATER)
    with pytest.raises(grants.NoSuchRelease):
        rekey.revoke(case, release.grant_id, LATER)
    (ended,) = grants.releases(case)
    again = grants.renew(case, ended, LATER + timedelta(days=30), LATER)
    assert again.id != release.id
    assert rekey.open_as(ana, release.grant_id, LATER).case.case_key == case.case_key


def test_the_other_teams_go_on_under_the_new_key(new: access.NewCase, team: ATeam, ana: Desk) -> None:
    clinic = a_team(("Cy Om",), name="Clinic")
    over = a_team(("Di Pa",), name="Over")
    first = a_grant(new.session.case, team, NOW)
    second = a_grant(new.session.case, clinic, NOW, scopes=[Scope.read], label="Green 3")
    a_grant(new.session.case, over, NOW, days=0.001)

    case = rekey.revoke(new.session.case, first.grant_id, LATER)

    session = rekey.open_as(at_desk(clinic.people[0], LATER), second.grant_id, LATER)
    assert session.case.case_key == case.case_key
    assert session.actor
    assert session.actor.scopes == {Scope.read}
    (listed,) = grants.keys_of(at_desk(clinic.people[0], LATER), [second.grant_id], LATER).values()
    assert listed.label == "Green 3"
    assert bytes(Grant.objects.get(team_id=over.id).sealed) == b""


def test_a_label_is_changed_by_the_team_also_where_it_may_only_read(
    new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW, scopes=[Scope.read])
    session = rekey.open_as(ana, release.grant_id, NOW)

    grants.set_label(session.case, release.grant_id, "  Quiet river ", LATER)

    assert grants.keys_of(ana, [release.grant_id], LATER)[release.grant_id].label == "Quiet river"
    assert told(new.session.case)[-2][0] == "labelled"
    assert "Ana Li" in told(new.session.case)[-2][1]
    assert unlocked.resume(session.token, LATER) is not None
    case = rekey.rekey(new.session.case, LATER)
    assert grants.keys_of(ana, [release.grant_id], LATER)[release.grant_id].label == "Quiet river"
    assert case.key_number == 2


def test_a_row_that_is_moved_or_made_to_last_longer_opens_nothing(
    new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW)
    other = access.open_new(NOW).session.case
    for change in ({"expires_at": NOW + timedelta(days=300)}, {"case_id": other.id}):
        kept = Grant.objects.values(*change).get()
        Grant.objects.update(**change)

        with pytest.raises(NotLetIn):
            rekey.open_as(ana, release.grant_id, NOW)

        Grant.objects.update(**kept)
    assert rekey.open_as(ana, release.grant_id, NOW)


def test_a_grant_that_no_release_speaks_of_goes_with_the_next_key(
    new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    """Somebody who once had the key writes a row of their own."""
    other = a_team(("Cy Om",))
    release = a_grant(new.session.case, team, NOW)
    Grant.objects.update(team_id=other.id)

    rekey.rekey(new.session.case, LATER)

    assert bytes(Grant.objects.get(pk=release.grant_id).sealed) == b""


def test_nothing_is_sealed_to_a_team_in_which_nobody_is(new: access.NewCase, team: ATeam) -> None:
    empty = replace(team, card=replace(team.card, id="0" * 32))

    with pytest.raises(grants.NobodyThere):
        a_grant(new.session.case, empty, NOW)

    assert grants.releases(new.session.case) == ()


def test_working_in_a_case_keeps_the_desk_open_and_its_limits_are_the_desks(
    new: access.NewCase, team: ATeam, ana: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW)
    session = rekey.open_as(ana, release.grant_id, NOW)
    at = NOW
    for _ in range(24):
        at += timedelta(minutes=29)
        unlocked.sweep(at)
        desks.sweep(at)
        assert unlocked.resume(session.token, at) is not None, at

    assert unlocked.resume(session.token, NOW + desks.IN_ALL) is None


def test_left_alone_it_closes_with_the_desk(new: access.NewCase, team: ATeam, ana: Desk) -> None:
    release = a_grant(new.session.case, team, NOW)
    session = rekey.open_as(ana, release.grant_id, NOW)
    just_before = NOW + desks.IDLE - timedelta(seconds=1)

    assert session.closes_at == NOW + desks.IDLE
    assert unlocked.sweep(just_before) == 1  # the owner's
    assert unlocked.sweep(NOW + desks.IDLE) == 1


def test_a_desk_that_is_left_closes_the_cases_opened_from_it(
    new: access.NewCase, team: ATeam, ana: Desk, bo: Desk
) -> None:
    release = a_grant(new.session.case, team, NOW)
    mine, theirs = (rekey.open_as(desk, release.grant_id, NOW) for desk in (ana, bo))

    assert unlocked.end_of_desk(ana.row_id) == 1

    assert unlocked.resume(mine.token, NOW) is None
    assert unlocked.resume(theirs.token, NOW) is not None
    assert unlocked.end_of_desk("") == 0
    assert unlocked.resume(new.session.token, NOW) is not None
