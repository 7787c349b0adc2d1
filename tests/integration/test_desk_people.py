"""People at a desk: accounts, passwords, links for one person, and what opens nothing any more."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import check_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as SignIn

from survivor_portal import seals
from survivor_portal.advocates import (
    deeds,
    opened,
    organisations,
    passwords,
    people,
    saved,
    seats,
    tickets,
    upkeep,
)
from survivor_portal.advocates.models import AtDesk, Deed, Membership, Person, SavedFilter, Team, Ticket
from survivor_portal.advocates.passwords import PasswordRefused, Refused
from survivor_portal.advocates.rules import NotThere, NotYours
from survivor_portal.advocates.who import Role
from survivor_portal.counts import pool
from survivor_portal.keystore import asked, shred
from tests.desk import PASSWORD, a_person, a_team, at_desk
from tests.dumps import dumped

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
OTHER = "a wide brown river under morning fog"


def nothing(*_: object) -> None:
    """Nothing was granted to this team."""


def test_the_first_lead_of_a_new_team_joins_by_a_link_and_is_let_in() -> None:
    code, team_id = organisations.make("Helpline North", "US", "Night team", NOW)
    token = tickets.invite_first(team_id, " Ana.Li@Work.example ", NOW)
    said = tickets.look(token, NOW + timedelta(days=6))
    assert (said.email, said.team, said.organisation) == (
        "ana.li@work.example",
        "Night team",
        "Helpline North",
    )
    assert said.role is Role.lead
    assert not said.has_account
    assert said.is_first

    who = tickets.join(token, "Ana  Li", PASSWORD, NOW)

    known = people.known("ANA.LI@work.example", PASSWORD)
    assert known.who == who
    session = opened.begin(who.id, known.secret, opened.new_bind(), NOW)
    seat = session.seat(team_id)
    assert seat is not None
    assert seat.secret is not None
    assert seals.public_of(seat.secret) == seat.team.public_key
    assert [team.card.id for team in organisations.found(code.lower()).teams] == [team_id]


def test_whoever_comes_later_waits_until_a_colleague_lets_them_in() -> None:
    team = a_team(("Ana Li",))
    ana = at_desk(team.people[0], NOW)
    token = tickets.invite(ana, team.id, "bo@work.example", Role.lead, NOW)
    assert not tickets.look(token, NOW).is_first
    who = tickets.join(token, "Bo Ek", OTHER, NOW)
    secret = people.known("bo@work.example", OTHER).secret
    before = opened.begin(who.id, secret, opened.new_bind(), NOW).seat(team.id)
    assert before is not None
    assert before.secret is None
    assert [member.who.id for member in seats.waiting(ana, team.id)] == [who.id]

    seats.let_in(ana, team.id, who.id, NOW)

    after = opened.begin(who.id, secret, opened.new_bind(), NOW).seat(team.id)
    assert after is not None
    assert after.secret == team.secret
    with pytest.raises(seats.AlreadyLetIn):
        seats.let_in(ana, team.id, who.id, NOW)


def test_a_link_is_good_once_and_for_its_time_and_for_its_purpose() -> None:
    team = a_team(("Ana Li",))
    ana = at_desk(team.people[0], NOW)
    token = tickets.invite(ana, team.id, "bo@work.example", Role.advocate, NOW)
    with pytest.raises(tickets.NoTicket):
        tickets.look(token, NOW + timedelta(days=7))
    with pytest.raises(tickets.NoTicket):
        tickets.join(token, "Bo Ek", OTHER, NOW + timedelta(days=7))
    with pytest.raises(tickets.NoTicket):
        tickets.set_password(token, OTHER, NOW)
    for wrong in ("", "x", token[:-1], token + "A", "é" * 43, token[:-1] + "=", "A" * 43):
        with pytest.raises(tickets.NoTicket):
            tickets.look(wrong, NOW)
    tickets.join(token, "Bo Ek", OTHER, NOW)
    for again in (lambda: tickets.look(token, NOW), lambda: tickets.join(token, "Bo", OTHER, NOW)):
        with pytest.raises(tickets.NoTicket):
            again()


def test_a_second_link_for_the_same_address_ends_the_first_and_a_withdrawn_one_is_over() -> None:
    team = a_team(("Ana Li",))
    ana = at_desk(team.people[0], NOW)
    first = tickets.invite(ana, team.id, "bo@work.example", Role.advocate, NOW)
    second = tickets.invite(ana, team.id, "BO@work.example", Role.read_only, NOW)
    with pytest.raises(tickets.NoTicket):
        tickets.look(first, NOW)
    (one,) = tickets.out(ana, team.id, NOW)
    assert (one.email, one.role) == ("bo@work.example", Role.read_only)
    tickets.withdraw(ana, team.id, one.id)
    with pytest.raises(tickets.NoTicket):
        tickets.look(second, NOW)


def test_the_token_of_a_link_is_in_no_row() -> None:
    team = a_team(("Ana Li",))
    token = tickets.invite(at_desk(team.people[0], NOW), team.id, "bo@work.example", Role.advocate, NOW)
    row = Ticket.objects.get()
    raw = seals.read_token(token)
    assert raw is not None
    assert not {token, raw.hex()} & {str(value) for value in vars(row).values()}


def test_somebody_with_an_account_joins_another_team_signed_in_and_nobody_else_can() -> None:
    north, south = a_team(("Ana Li",)), a_team(("Bo Ek",), name="South")
    token = tickets.invite(at_desk(north.people[0], NOW), north.id, "bo.ek@work.example", Role.lead, NOW)
    assert tickets.look(token, NOW).has_account
    with pytest.raises(people.Taken):
        tickets.join(token, "Not Bo", OTHER, NOW)
    with pytest.raises(tickets.NotForYou):
        tickets.join_as(at_desk(north.people[0], NOW), token, NOW)
    tickets.join_as(at_desk(south.people[0], NOW), token, NOW)
    assert {seat.team.id for seat in at_desk(south.people[0], NOW).seats} == {north.id, south.id}
    with pytest.raises(tickets.AlreadyIn):
        tickets.invite(at_desk(north.people[0], NOW), north.id, "bo.ek@work.example", Role.lead, NOW)


def test_a_join_that_fails_leaves_the_link_good_and_no_key() -> None:
    team = a_team(("Ana Li",))
    token = tickets.invite(at_desk(team.people[0], NOW), team.id, "bo@work.example", Role.advocate, NOW)
    with pytest.raises(PasswordRefused):
        tickets.join(token, "Bo Ek", "short", NOW)
    with mock.patch.object(pool.SLOW_KEYS, "_places", 0), pytest.raises(people.Busy):
        tickets.join(token, "Bo Ek", OTHER, NOW)
    made: list[str] = []
    real = shred.create
    with (
        mock.patch.object(people.shred, "create", lambda ids: made.extend(ids) or real(ids)),
        mock.patch.object(tickets, "_seat", side_effect=OSError),
        pytest.raises(OSError),
    ):
        tickets.join(token, "Bo Ek", OTHER, NOW)
    assert made
    assert shred.existing(made) == set()
    assert not Person.objects.filter(email="bo@work.example").exists()
    assert tickets.join(token, "Bo Ek", OTHER, NOW).name == "Bo Ek"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("fourteen signs", Refused.too_short),
        (" " * 20, Refused.too_short),
        ("x" * 257, Refused.too_long),
        ("aaaaaaaaaaaaaaaaaaaa", Refused.common),
        ("abcdefghijklmnop", Refused.common),
        ("ana.li@work.example", Refused.holds_email),
        ("Ana.Li@work.example 1", Refused.holds_email),
        ("workexample work.example 12", Refused.holds_email),
        (PASSWORD, None),
        ("fünfzehn Zeichen", None),
    ],
)
def test_a_password_needs_length_and_is_not_what_anybody_would_try(
    password: str, why: Refused | None
) -> None:
    assert passwords.refused(password, "ana.li@work.example") is why


def test_a_wrong_password_an_unknown_address_and_somebody_who_left_take_the_same_steps() -> None:
    ana = a_person()
    Person.objects.filter(pk=a_person("Bo Ek").id).update(is_active=False)
    calls = []
    for email in (ana.email, "nobody@work.example", "bo.ek@work.example"):
        with (
            mock.patch.object(people.seals, "phrase_key", wraps=seals.phrase_key) as slow,
            mock.patch.object(people.shred, "get", wraps=shred.get) as gets,
            pytest.raises(people.WrongPassword),
        ):
            people.known(email, OTHER)
        calls.append((slow.call_count, gets.call_count))
    assert calls == [(1, 1)] * 3
    assert people.known(ana.email, ana.password).secret == ana.secret


def test_where_another_process_holds_the_keys_it_takes_the_question_about_nobody() -> None:
    assert asked.ids_of({"ids": [people.NOBODY, a_person().id]}, 2)
    assert shred.get([people.NOBODY]) == {}


def test_a_hash_of_a_password_says_nothing_without_the_index_key(settings) -> None:
    ana = a_person()
    row = Person.objects.get(pk=ana.id)
    assert row.password.startswith("keyed-argon2$argon2id$")
    assert row.check_password(ana.password)
    settings.INDEX_KEY = "another-" + settings.INDEX_KEY
    assert not check_password(ana.password, row.password)


def test_a_password_is_the_same_on_every_keyboard_and_any_text_can_be_tried() -> None:
    ana = a_person(password="fünfzehn Zeichen und mehr")
    decomposed = "fu\u0308nfzehn Zeichen und mehr"
    assert people.secret_of(ana.id, decomposed) == ana.secret
    row = Person.objects.get(pk=ana.id)
    assert row.check_password(decomposed)
    for text in ("\ud800", "\x00", "", "x" * 100_000):
        assert not row.check_password(text)
        with pytest.raises(people.WrongPassword):
            people.secret_of(ana.id, text)


def test_another_password_opens_the_same_pair_and_closes_the_other_desks() -> None:
    team = a_team(("Ana Li",))
    (ana,) = team.people
    here, elsewhere = at_desk(ana, NOW), at_desk(ana, NOW)
    people.change_password(ana.id, ana.password, OTHER, NOW, keep=here.row_id)
    assert people.secret_of(ana.id, OTHER) == ana.secret
    with pytest.raises(people.WrongPassword):
        people.secret_of(ana.id, ana.password)
    row = Person.objects.get(pk=ana.id)
    assert row.check_password(OTHER)
    assert not row.check_password(ana.password)
    assert opened.is_open(here.row_id, NOW)
    assert not opened.is_open(elsewhere.row_id, NOW)
    with pytest.raises(people.WrongPassword):
        people.change_password(ana.id, ana.password, PASSWORD, NOW)
    with pytest.raises(PasswordRefused):
        people.change_password(ana.id, OTHER, "short", NOW)


def test_a_password_set_by_a_link_is_a_new_pair_and_every_seat_waits() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    lead = at_desk(ana, NOW)
    open_desk = at_desk(bo, NOW)
    SavedFilter.objects.create(id="f" * 32, person_id=bo.id, sealed=b"x")
    Authenticator.objects.create(user_id=bo.id, type="totp", data={})
    token = tickets.reset_link(lead, team.id, bo.id, NOW)

    tickets.set_password(token, OTHER, NOW + timedelta(hours=23))

    assert not opened.is_open(open_desk.row_id, NOW)
    assert not SavedFilter.objects.exists()
    # The second step stays: a link alone lets nobody in.
    assert Authenticator.objects.filter(user_id=bo.id).count() == 1
    known = people.known(bo.email, OTHER)
    assert known.secret != bo.secret
    seat = opened.begin(bo.id, known.secret, opened.new_bind(), NOW).seat(team.id)
    assert seat is not None
    assert seat.secret is None
    with pytest.raises(people.WrongPassword):
        people.known(bo.email, bo.password)
    with pytest.raises(tickets.NoTicket):
        tickets.set_password(token, PASSWORD, NOW)
    seats.let_in(lead, team.id, bo.id, NOW)
    again = opened.begin(bo.id, known.secret, opened.new_bind(), NOW).seat(team.id)
    assert again is not None
    assert again.secret == team.secret


def test_after_a_new_password_old_wraps_with_both_databases_open_nothing() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    old = Person.objects.get(pk=bo.id)
    old_seat = Membership.objects.get(person_id=bo.id)
    tickets.set_password(tickets.reset_link(at_desk(ana, NOW), team.id, bo.id, NOW), OTHER, NOW)

    # Today's keys, the row of yesterday, the password of yesterday.
    now_half = shred.get([bo.id])[bo.id]
    from django.conf import settings

    slow = seals.phrase_key(bo.password, bytes(old.salt), settings.PHRASE_COST)
    with pytest.raises(seals.WrongKey):
        seals.unwrap(bytes(old.wrap), phrase_key=slow, shred=now_half, context=f"person|{bo.id}|1".encode())
    # And the seat of yesterday put back into today's table opens with nothing that somebody has now.
    Membership.objects.filter(pk=old_seat.pk).update(sealed=bytes(old_seat.sealed))
    seat = opened.begin(bo.id, people.secret_of(bo.id, OTHER), opened.new_bind(), NOW).seat(team.id)
    assert seat is not None
    assert seat.secret is None


def test_a_link_may_set_up_the_second_step_anew() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    Authenticator.objects.create(user_id=bo.id, type="totp", data={})
    token = tickets.reset_link(at_desk(ana, NOW), team.id, bo.id, NOW, second_factor=True)
    tickets.set_password(token, OTHER, NOW)
    assert not Authenticator.objects.filter(user_id=bo.id).exists()
    assert set(Deed.objects.values_list("kind", flat=True)) == {
        "reset_link",
        "password_set",
        "second_removed",
    }


def test_no_lead_makes_a_link_with_which_to_come_into_a_team_of_others() -> None:
    north = a_team(("Ana Li", "Bo Ek"))
    a_team((north.people[1],), name="South")
    with pytest.raises(NotYours):
        tickets.reset_link(at_desk(north.people[0], NOW), north.id, north.people[1].id, NOW)
    with pytest.raises(NotThere):
        tickets.reset_link(at_desk(north.people[0], NOW), north.id, a_person("Cy Day").id, NOW)
    with pytest.raises(NotYours):
        tickets.reset_link(at_desk(north.people[0], NOW), north.id, north.people[0].id, NOW)
    assert not Ticket.objects.exists()


def test_the_operators_link_for_a_lone_lead_opens_nothing_by_itself() -> None:
    team = a_team(("Ana Li",))
    (ana,) = team.people
    token = tickets.reset_by_operator("ANA.LI@work.example", NOW)
    tickets.set_password(token, OTHER, NOW)
    seat = opened.begin(ana.id, people.secret_of(ana.id, OTHER), opened.new_bind(), NOW).seat(team.id)
    assert seat is not None
    assert seat.secret is None
    with pytest.raises(NotThere):
        tickets.reset_by_operator("nobody@work.example", NOW)


def test_an_account_without_a_seat_is_switched_off_and_made_anew_for_a_later_invitation(
    django_capture_on_commit_callbacks,
) -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    desk = at_desk(bo, NOW)
    Authenticator.objects.create(user_id=bo.id, type="totp", data={})
    EmailAddress.objects.create(user_id=bo.id, email=bo.email)
    saved.keep(desk, "Mine", {})
    for who in (ana, bo):
        signed_in = SessionStore()
        signed_in[SESSION_KEY] = who.id
        signed_in.save()
    with django_capture_on_commit_callbacks(execute=True):
        seats.remove(at_desk(ana, NOW), team.id, bo.id, NOW, nothing)
    row = Person.objects.get(pk=bo.id)
    assert not row.is_active
    assert not row.has_usable_password()
    assert not row.wrap
    assert shred.existing([bo.id]) == set()
    assert not opened.is_open(desk.row_id, NOW)
    assert not Authenticator.objects.exists()
    assert not SavedFilter.objects.exists()
    assert [one.get_decoded()[SESSION_KEY] for one in SignIn.objects.all()] == [ana.id]
    # The address is nowhere, in no table, once nobody invites it.
    assert not any(bo.email in str(row) for rows in dumped("main").values() for row in rows)
    with pytest.raises(people.WrongPassword):
        people.known(bo.email, bo.password)

    token = tickets.invite(at_desk(ana, NOW), team.id, bo.email, Role.advocate, NOW)
    assert tickets.join(token, "Bo Ek-Lund", OTHER, NOW).id == bo.id
    assert people.known(bo.email, OTHER).secret != bo.secret
    back = Person.objects.get(pk=bo.id)
    assert (back.name, back.email, back.left_mark) == ("Bo Ek-Lund", bo.email, "")


def test_the_name_of_somebody_who_left_stays_as_long_as_the_leads_read_of_them() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    seats.remove(at_desk(ana, NOW), team.id, bo.id, NOW, nothing)
    upkeep.sweep(NOW + deeds.KEPT - timedelta(minutes=1))
    assert Person.objects.get(pk=bo.id).name == "Bo Ek"
    upkeep.sweep(NOW + deeds.KEPT)
    assert Person.objects.get(pk=bo.id).name == ""
    assert Person.objects.get(pk=ana.id).name == "Ana Li"


def test_a_key_left_behind_by_a_stop_halfway_is_swept() -> None:
    ana, bo = a_person(), a_person("Bo Ek")
    Person.objects.filter(pk=bo.id).update(is_active=False)
    assert people.sweep() == 1
    assert shred.existing([ana.id, bo.id]) == {ana.id}
    assert people.sweep() == 0


def test_only_an_empty_team_can_be_given_a_lead_from_outside() -> None:
    team = a_team(("Ana Li",))
    with pytest.raises(NotYours):
        tickets.invite_first(team.id, "cy@work.example", NOW)
    _, empty = organisations.make("South", "", "Day team", NOW)
    first = tickets.invite_first(empty, "cy@work.example", NOW)
    second = tickets.invite_first(empty, "dee@work.example", NOW)
    with pytest.raises(tickets.NoTicket):
        tickets.look(first, NOW)
    tickets.join(second, "Dee Fox", OTHER, NOW)
    assert Team.objects.get(pk=empty).key_number == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "Ana\u202eLi", "Ana\x00"])
def test_a_name_is_one_line_that_can_be_seen(name: str) -> None:
    with pytest.raises(people.NotAName):
        people.make(name, "ana@work.example", PASSWORD, NOW)
    assert not AtDesk.objects.exists()


@pytest.mark.parametrize("email", ["", "ana", "ana@", "ana@work", "a" * 250 + "@work.example"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(people.NotAName):
        people.make("Ana Li", email, PASSWORD, NOW)
