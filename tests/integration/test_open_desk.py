"""An open desk: what opens it, what does not, and when it closes."""

from datetime import UTC, datetime, timedelta

import pytest

from survivor_portal import seals
from survivor_portal.advocates import opened
from survivor_portal.advocates.models import AtDesk, Person
from tests.desk import a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def test_t11_a_desk_is_resumed_with_cookie_and_sign_in_and_holds_the_team_key():
    team = a_team(("Ana Li", "Bo Ek"))
    bind = opened.new_bind()
    session = at_desk(team.people[1], NOW, bind=bind)
    again = opened.resume(session.token, bind, NOW + timedelta(minutes=5))
    assert again is not None
    assert again.who.name == "Bo Ek"
    seat = again.seat(team.id)
    assert seat is not None
    assert seat.secret == team.secret
    assert again.closes_at == NOW + timedelta(minutes=35)


def test_t11_neither_cookie_nor_row_nor_sign_in_opens_a_desk_alone():
    ana, bo = a_team(("Ana Li", "Bo Ek")).people
    binds = opened.new_bind(), opened.new_bind()
    hers, his = at_desk(ana, NOW, bind=binds[0]), at_desk(bo, NOW, bind=binds[1])
    assert opened.resume(hers.token, binds[1], NOW) is None
    assert opened.resume(his.token, binds[0], NOW) is None
    assert opened.resume(hers.token, opened.new_bind(), NOW) is None
    assert opened.resume(seals.new_token(), binds[0], NOW) is None
    # Her row's envelope put into his row, which his cookie and sign-in name.
    AtDesk.objects.filter(pk=his.row_id).update(sealed=bytes(AtDesk.objects.get(pk=hers.row_id).sealed))
    assert opened.resume(his.token, binds[1], NOW) is None
    assert opened.resume(hers.token, binds[0], NOW) is not None


def test_t11_a_row_that_was_given_to_somebody_else_opens_nothing():
    ana, bo = a_team(("Ana Li", "Bo Ek")).people
    bind = opened.new_bind()
    session = at_desk(ana, NOW, bind=bind)
    AtDesk.objects.filter(pk=session.row_id).update(person_id=bo.id)
    assert opened.resume(session.token, bind, NOW) is None


def test_t11_a_desk_closes_after_half_an_hour_alone_and_after_twelve_hours_in_all():
    (ana,) = a_team().people
    bind = opened.new_bind()
    idle = at_desk(ana, NOW, bind=bind)
    assert opened.is_open(idle.row_id, NOW + timedelta(minutes=29))
    assert not opened.is_open(idle.row_id, NOW + timedelta(minutes=30))
    assert opened.resume(idle.token, bind, NOW + timedelta(minutes=30)) is None
    assert not AtDesk.objects.filter(pk=idle.row_id).exists()
    busy = at_desk(ana, NOW, bind=bind)
    for minutes in range(20, 12 * 60, 20):
        assert opened.resume(busy.token, bind, NOW + timedelta(minutes=minutes)) is not None
    assert opened.resume(busy.token, bind, NOW + timedelta(hours=12)) is None


def test_a_page_of_a_case_keeps_the_desk_open():
    (ana,) = a_team().people
    session = at_desk(ana, NOW)
    opened.touch(session.row_id, NOW + timedelta(minutes=20))
    assert opened.is_open(session.row_id, NOW + timedelta(minutes=45))


def test_somebody_switched_off_has_no_open_desk_and_gets_none():
    (ana,) = a_team().people
    bind = opened.new_bind()
    session = at_desk(ana, NOW, bind=bind)
    Person.objects.filter(pk=ana.id).update(is_active=False)
    assert opened.resume(session.token, bind, NOW) is None
    assert not opened.is_open(session.row_id, NOW)
    with pytest.raises(opened.NotAtDesk):
        at_desk(ana, NOW)


def test_a_secret_half_of_an_earlier_pair_opens_no_desk():
    (ana,) = a_team().people
    bind = opened.new_bind()
    session = at_desk(ana, NOW, bind=bind)
    Person.objects.filter(pk=ana.id).update(public_key=seals.new_pair().public)
    assert opened.resume(session.token, bind, NOW) is None
    with pytest.raises(opened.NotAtDesk):
        at_desk(ana, NOW)


def test_who_was_not_let_in_has_a_seat_without_a_key():
    team = a_team(("Ana Li", "Bo Ek"), let_in=False)
    ana, bo = (at_desk(person, NOW).seat(team.id) for person in team.people)
    assert ana is not None
    assert bo is not None
    assert ana.secret == team.secret
    assert bo.secret is None


def test_the_sweep_takes_what_nobody_can_resume():
    (ana,) = a_team().people
    old, fresh = at_desk(ana, NOW), at_desk(ana, NOW + timedelta(minutes=20))
    assert opened.sweep(NOW + timedelta(minutes=31)) == 1
    assert [row.pk for row in AtDesk.objects.all()] == [fresh.row_id]
    assert old.row_id != fresh.row_id
    assert opened.end_all(ana.id) == 1
