"""Seats in a team: who may do what, what a removal leaves behind, the printed key, and any order of all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from survivor_portal import seals, spoken
from survivor_portal.advocates import (
    deeds,
    opened,
    organisations,
    people,
    recovery,
    rules,
    seats,
    team_keys,
    tickets,
)
from survivor_portal.advocates.models import Deed, Membership, Person, Team, Ticket
from survivor_portal.advocates.organisations import Words
from survivor_portal.advocates.rules import Act, LastLead, NotLetIn, NotThere, NotYours
from survivor_portal.advocates.who import Role, TeamCard
from tests.desk import APerson, ATeam, a_person, a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
OTHER = "a wide brown river under morning fog"


def nothing(*_: object) -> None:
    """Nothing was granted to this team."""


def key_of(person: APerson, team_id: str) -> bytes | None:
    """The team's secret half, as this person has it at an open desk."""
    seat = at_desk(person, NOW).seat(team_id)
    return seat.secret if seat else None


# Each act as somebody tries it who is at a desk, on a colleague who has a seat.
DO: dict[Act, Callable[[opened.Session, ATeam, APerson], object]] = {
    Act.see: lambda desk, team, other: seats.members(desk, team.id),
    Act.see_deeds: lambda desk, team, other: deeds.of(desk, team.id, NOW),
    Act.invite: lambda desk, team, other: tickets.invite(
        desk, team.id, "new@work.example", Role.advocate, NOW
    ),
    Act.let_in: lambda desk, team, other: seats.let_in(desk, team.id, other.id, NOW),
    Act.change_role: lambda desk, team, other: seats.change_role(
        desk, team.id, other.id, Role.read_only, NOW
    ),
    Act.remove: lambda desk, team, other: seats.remove(desk, team.id, other.id, NOW, nothing),
    Act.leave: lambda desk, team, other: seats.remove(desk, team.id, desk.who.id, NOW, nothing),
    Act.reset: lambda desk, team, other: tickets.reset_link(desk, team.id, other.id, NOW),
    Act.make_recovery: lambda desk, team, other: recovery.make(desk, team.id, NOW),
    Act.use_recovery: lambda desk, team, other: recovery.use(desk, team.id, some_key(), NOW),
    Act.set_words: lambda desk, team, other: organisations.set_words(desk, team.id, Words("a", "b"), NOW),
    Act.make_team: lambda desk, team, other: organisations.add_team(desk, team.id, "Another", NOW),
    Act.new_key: lambda desk, team, other: seats.new_key(desk, team.id, NOW, nothing),
}


def some_key() -> str:
    return spoken.drawn(recovery.SIGNS)


def outcome(act: Act, desk: opened.Session, team: ATeam, other: APerson) -> str:
    try:
        with transaction.atomic():
            DO[act](desk, team, other)
    except (NotYours, NotLetIn) as refusal:
        return type(refusal).__name__
    except recovery.WrongKey:
        return "done"
    return "done"


# What each role may do; written out, so that a change of the table is seen.
EXPECTED = {
    Role.lead: set(Act),
    Role.advocate: {Act.see, Act.leave, Act.let_in},
    Role.read_only: {Act.see, Act.leave},
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_every_role_may_do_its_acts_and_no_others(role: Role, act: Act) -> None:
    team = a_team(("Ana Li", "Bo Ek", "Cy Day"), roles=(Role.lead, role, Role.advocate))
    who, other = team.people[1:]
    if act is Act.let_in:
        Membership.objects.filter(person_id=other.id).update(sealed=b"")
    before = list(Membership.objects.order_by("pk").values()), Ticket.objects.count()

    said = outcome(act, at_desk(who, NOW), team, other)

    assert said == ("done" if act in EXPECTED[role] else "NotYours")
    assert rules.may(role, act) == (said == "done")
    if said != "done":
        assert (list(Membership.objects.order_by("pk").values()), Ticket.objects.count()) == before


@pytest.mark.parametrize("act", Act)
def test_nobody_from_another_team_may_do_anything_here(act: Act) -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    stranger = a_team(("Cy Day",), name="South", organisation_id=team.organisation_id).people[0]
    assert outcome(act, at_desk(stranger, NOW), team, team.people[1]) == "NotYours"


@pytest.mark.parametrize("act", Act)
def test_a_lead_whom_nobody_let_in_may_only_look_leave_and_use_the_printed_key(act: Act) -> None:
    team = a_team(("Ana Li", "Bo Ek"), roles=(Role.lead, Role.lead), let_in=False)
    said = outcome(act, at_desk(team.people[1], NOW), team, team.people[0])
    assert said == ("done" if act in {Act.see, Act.leave, Act.use_recovery} else "NotLetIn")


def test_it_is_asked_of_the_rows_as_they_are_and_not_as_they_were() -> None:
    team = a_team(("Ana Li", "Bo Ek"), roles=(Role.lead, Role.lead))
    ana, bo = team.people
    stale = at_desk(bo, NOW)
    seats.change_role(at_desk(ana, NOW), team.id, bo.id, Role.advocate, NOW)
    with pytest.raises(NotYours):
        tickets.invite(stale, team.id, "new@work.example", Role.lead, NOW)


def test_whoever_is_removed_has_no_seat_and_no_desk_and_the_team_has_another_key() -> None:
    team = a_team(("Ana Li", "Bo Ek", "Cy Day"))
    ana, bo, cy = team.people
    desk = at_desk(bo, NOW)
    told: list[tuple[TeamCard, bytes, TeamCard]] = []

    seats.remove(
        at_desk(ana, NOW), team.id, bo.id, NOW, lambda old, secret, new, now: told.append((old, secret, new))
    )

    assert not opened.is_open(desk.row_id, NOW)
    assert not Membership.objects.filter(person_id=bo.id).exists()
    ((old, secret, new),) = told
    assert (old, secret) == (team.card, team.secret)
    assert (new.id, new.key_number) == (team.id, 2)
    for who in (ana, cy):
        held = key_of(who, team.id)
        assert held is not None
        assert held != team.secret
        assert seals.public_of(held) == new.public_key


def test_t15_with_all_there_was_and_is_somebody_removed_cannot_open_the_new_team_key() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    old_seat = Membership.objects.get(person_id=bo.id)
    seats.remove(at_desk(ana, NOW), team.id, bo.id, NOW, nothing)
    row = Team.objects.get(pk=team.id)
    envelopes = [bytes(old_seat.sealed), *(bytes(seat.sealed) for seat in Membership.objects.all())]
    envelopes.append(bytes(row.recovery_sealed))
    opened_with = []
    for secret in (bo.secret, team.secret):
        for envelope in envelopes:
            for person in (ana.id, bo.id):
                for number in (1, 2):
                    context = f"team1|{team.id}|{person}|{number}".encode()
                    try:
                        opened_with.append(seals.open_sealed(secret, envelope, context=context))
                    except seals.WrongKey:
                        continue
    # The key of before, which everything that stays is sealed away from; nothing else.
    assert set(opened_with) == {team.secret}
    assert seals.public_of(team.secret) != bytes(row.public_key)


def test_a_removal_whose_grants_cannot_be_sealed_again_changes_nothing() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    desk = at_desk(bo, NOW)

    def fails(*_: object) -> None:
        raise OSError

    with pytest.raises(OSError), transaction.atomic():
        seats.remove(at_desk(ana, NOW), team.id, bo.id, NOW, fails)

    assert key_of(bo, team.id) == key_of(ana, team.id) == team.secret
    assert opened.is_open(desk.row_id, NOW)
    assert people.known(bo.email, bo.password).secret == bo.secret


def test_who_never_had_the_key_goes_without_a_new_one() -> None:
    team = a_team(("Ana Li", "Bo Ek"), let_in=False)
    seats.remove(at_desk(team.people[0], NOW), team.id, team.people[1].id, NOW, nothing)
    assert Team.objects.get(pk=team.id).key_number == 1


def test_who_set_a_new_password_and_is_removed_before_being_let_in_again_costs_the_team_its_key() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    tickets.set_password(tickets.reset_link(at_desk(ana, NOW), team.id, bo.id, NOW), OTHER, NOW)
    seats.remove(at_desk(ana, NOW), team.id, bo.id, NOW, nothing)
    assert Team.objects.get(pk=team.id).key_number == 2


def test_links_that_somebody_removed_made_are_over() -> None:
    team = a_team(("Ana Li", "Bo Ek", "Cy Day"), roles=(Role.lead, Role.lead))
    ana, bo, cy = team.people
    his = at_desk(bo, NOW)
    join = tickets.invite(his, team.id, "friend@work.example", Role.lead, NOW)
    back = tickets.invite(at_desk(ana, NOW), team.id, "dee@work.example", Role.advocate, NOW)
    reset = tickets.reset_link(his, team.id, cy.id, NOW)
    seats.remove(at_desk(ana, NOW), team.id, bo.id, NOW, nothing)
    for token in (join, reset):
        with pytest.raises(tickets.NoTicket):
            tickets.look(token, NOW)
    assert tickets.look(back, NOW).email == "dee@work.example"


def test_the_last_lead_stays_a_lead() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    desk = at_desk(ana, NOW)
    with pytest.raises(LastLead):
        seats.change_role(desk, team.id, ana.id, Role.advocate, NOW)
    with pytest.raises(LastLead):
        seats.remove(desk, team.id, ana.id, NOW, nothing)
    # A lead whom nobody let in is none that could lead.
    seats.change_role(desk, team.id, bo.id, Role.lead, NOW)
    Membership.objects.filter(person_id=bo.id).update(sealed=b"")
    with pytest.raises(LastLead):
        seats.remove(desk, team.id, ana.id, NOW, nothing)
    seats.let_in(desk, team.id, bo.id, NOW)
    seats.remove(desk, team.id, ana.id, NOW, nothing)
    assert not Membership.objects.filter(person_id=ana.id).exists()
    assert key_of(bo, team.id) not in (None, team.secret)


def test_nobody_is_let_in_removed_or_changed_who_has_no_seat() -> None:
    team = a_team(("Ana Li",))
    desk, stranger = at_desk(team.people[0], NOW), a_person("Bo Ek")
    for act in (Act.let_in, Act.remove, Act.change_role):
        with pytest.raises(NotThere):
            DO[act](desk, team, stranger)


@pytest.mark.parametrize(
    "text", ["", "\x00", "0" * 31, "G" * 32, "é" * 32, "\ud800", "' OR 1=1 --", "x" * 100_000]
)
def test_what_is_no_name_of_a_row_is_nobody_and_no_team(text: str) -> None:
    team = a_team(("Ana Li",))
    desk = at_desk(team.people[0], NOW)
    tickets.withdraw(desk, team.id, text)
    for ask in (
        lambda: seats.let_in(desk, team.id, text, NOW),
        lambda: seats.change_role(desk, team.id, text, Role.lead, NOW),
        lambda: seats.remove(desk, team.id, text, NOW, nothing),
        lambda: tickets.reset_link(desk, team.id, text, NOW),
    ):
        with pytest.raises(NotThere):
            ask()
    with pytest.raises(NotYours):
        seats.members(desk, text)


def test_a_printed_key_lets_a_lead_in_when_nobody_else_can() -> None:
    team = a_team(("Ana Li",))
    (ana,) = team.people
    printed = recovery.make(at_desk(ana, NOW), team.id, NOW)
    tickets.set_password(tickets.reset_by_operator(ana.email, NOW), OTHER, NOW)
    desk = opened.begin(ana.id, people.secret_of(ana.id, OTHER), opened.new_bind(), NOW)
    assert desk.seats[0].secret is None
    with pytest.raises(recovery.Mistyped):
        recovery.use(desk, team.id, printed[:-1], NOW)
    with pytest.raises(recovery.WrongKey):
        recovery.use(desk, team.id, some_key(), NOW)

    recovery.use(desk, team.id, printed.lower().replace("-", " "), NOW)

    again = opened.begin(ana.id, desk.secret, opened.new_bind(), NOW)
    assert again.seats[0].secret == team.secret


def test_a_printed_key_follows_the_team_to_a_new_pair_and_ends_with_the_next_one() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    desk = at_desk(ana, NOW)
    assert recovery.standing(desk, team.id, NOW) is recovery.Printed.missing
    first = recovery.make(desk, team.id, NOW)
    seats.remove(desk, team.id, bo.id, NOW, nothing)
    current = key_of(ana, team.id)
    Membership.objects.filter(person_id=ana.id).update(sealed=b"")
    recovery.use(desk, team.id, first, NOW)
    assert key_of(ana, team.id) == current
    second = recovery.make(desk, team.id, NOW)
    with pytest.raises(recovery.WrongKey):
        recovery.use(desk, team.id, first, NOW)
    recovery.use(desk, team.id, second, NOW)
    assert recovery.standing(desk, team.id, NOW) is recovery.Printed.made


def test_a_printed_key_of_another_team_opens_nothing_here() -> None:
    north, south = a_team(("Ana Li",)), a_team(("Bo Ek",), name="South")
    recovery.make(at_desk(north.people[0], NOW), north.id, NOW)
    printed = recovery.make(at_desk(south.people[0], NOW), south.id, NOW)
    with pytest.raises(recovery.WrongKey):
        recovery.use(at_desk(north.people[0], NOW), north.id, printed, NOW)


def test_to_do_without_a_printed_key_is_written_down_and_asked_again_after_a_year() -> None:
    team = a_team(("Ana Li",))
    desk = at_desk(team.people[0], NOW)
    recovery.skip(desk, team.id, NOW)
    assert recovery.standing(desk, team.id, NOW) is recovery.Printed.skipped
    later = NOW + timedelta(days=366)
    assert recovery.standing(desk, team.id, later) is recovery.Printed.missing


def test_a_lead_reads_what_was_done_for_a_year() -> None:
    team = a_team(("Ana Li", "Bo Ek"), let_in=False)
    ana, bo = team.people
    desk = at_desk(ana, NOW)
    seats.let_in(desk, team.id, bo.id, NOW)
    seats.change_role(desk, team.id, bo.id, Role.lead, NOW + timedelta(hours=1))
    seats.change_role(desk, team.id, bo.id, Role.lead, NOW + timedelta(hours=2))
    shown = deeds.of(desk, team.id, NOW + timedelta(days=2))
    assert [(done.kind, done.by, done.about) for done in shown] == [
        ("role_changed", "Ana Li", "Bo Ek"),
        ("let_in", "Ana Li", "Bo Ek"),
    ]
    assert deeds.of(desk, team.id, NOW + timedelta(days=366)) == ()
    assert deeds.sweep(NOW + timedelta(days=365)) == 1
    assert Deed.objects.count() == 1


def test_an_organisation_is_found_by_its_code_with_teams_people_and_words() -> None:
    team = a_team(("Ana Li", "Bo Ek"), let_in=False)
    desk = at_desk(team.people[0], NOW)
    organisations.set_words(desk, team.id, Words(" We report. ", "Call the police. "), NOW)
    card = organisations.add_team(desk, team.id, "Day team", NOW)
    organisations.make("Another", "GB", "Empty", NOW)

    code = team.organisation_code
    found = organisations.found(f" {code[:4].lower()}-{code[4:]} ")

    assert (found.name, found.country, found.notice) == ("Example Helpline", "US", "We report.")
    assert [one.card.id for one in found.teams] == [card.id, team.id]
    assert [(who.who.name, who.role, who.is_let_in) for who in found.teams[1].people] == [
        ("Ana Li", Role.lead, True),
        ("Bo Ek", Role.advocate, False),
    ]
    assert organisations.words(found.id).danger_plan == "Call the police."
    assert key_of(team.people[0], card.id) is not None
    with pytest.raises(organisations.Mistyped):
        organisations.found(code[:-1])
    empty = next(one for one in organisations.all_of_them() if one.name == "Another")
    assert organisations.found(empty.code).teams == ()
    assert empty.teams == (("Empty", 0),)


def test_too_many_words_and_no_name_are_refused() -> None:
    team = a_team(("Ana Li",))
    desk = at_desk(team.people[0], NOW)
    with pytest.raises(ValueError, match="long"):
        organisations.set_words(desk, team.id, Words("x" * 8001, ""), NOW)
    for name in ("", "x" * 121, "a\x00b"):
        with pytest.raises(ValueError, match="one line"):
            organisations.add_team(desk, team.id, name, NOW)


ACTS = st.lists(
    st.tuples(st.sampled_from(("let_in", "remove", "reset", "invite", "recover")), st.integers(1, 3)),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def many(sizes: Callable[[str], int]) -> int:
    return sizes("orders_in_a_team")


def test_any_order_of_letting_in_removing_and_new_passwords_leaves_just_those_let_in(many: int) -> None:
    """Person 0 leads all along; the model knows who should be able to open the team's key."""

    @hypothesis_settings(
        max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(acts=ACTS)
    def check(acts: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            walk(acts)
            transaction.set_rollback(True)

    check()


def walk(acts: list[tuple[str, int]]) -> None:
    team = a_team(("Ana Li", "Bo Ek", "Cy Day", "Dee Fox"), let_in=False)
    secrets = dict(enumerate(team.people))
    has_seat, inside, had = {0, 1, 2, 3}, {0}, {0}
    number, ever = 1, {team.secret}
    lead = at_desk(team.people[0], NOW)
    for what, whom in acts:
        person = secrets[whom]
        if what == "let_in" and whom in has_seat - inside:
            seats.let_in(lead, team.id, person.id, NOW)
            inside.add(whom)
            had.add(whom)
        elif what == "remove" and whom in has_seat:
            seats.remove(lead, team.id, person.id, NOW, nothing)
            number += whom in had
            has_seat.discard(whom)
            inside.discard(whom)
            had.discard(whom)
        elif what == "reset" and whom in has_seat:
            tickets.set_password(tickets.reset_link(lead, team.id, person.id, NOW), OTHER, NOW)
            inside.discard(whom)
        elif what == "invite" and whom not in has_seat:
            token = tickets.invite(lead, team.id, person.email, Role.lead, NOW)
            tickets.join(token, person.name, OTHER, NOW)
            has_seat.add(whom)
        elif what == "recover" and whom in has_seat:
            printed = recovery.make(lead, team.id, NOW)
            seats.change_role(lead, team.id, person.id, Role.lead, NOW)
            recovery.use(at(person), team.id, printed, NOW)
            inside.add(whom)
            had.add(whom)
    row = Team.objects.get(pk=team.id)
    assert row.key_number == number
    opens = {}
    for whom, person in secrets.items():
        if whom not in has_seat:
            assert not Person.objects.get(pk=person.id).is_active
            continue
        seat = at(person).seat(team.id)
        assert seat is not None
        opens[whom] = seat.secret
    current = {secret for secret in opens.values() if secret is not None}
    assert {whom for whom, secret in opens.items() if secret is not None} == inside
    assert [seals.public_of(secret) for secret in current] == [bytes(row.public_key)]
    assert number == 1 or not current & ever
    assert team_keys.card(row).key_number == number


def at(person: APerson) -> opened.Session:
    """This person's desk with whichever password they have now."""
    row = Person.objects.get(pk=person.id)
    password = person.password if row.check_password(person.password) else OTHER
    return opened.begin(person.id, people.secret_of(person.id, password), opened.new_bind(), NOW)
