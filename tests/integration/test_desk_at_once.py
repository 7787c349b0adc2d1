"""Two at the desk in the same moment: one is told, nothing is done twice, and nobody waits for ever."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connections

from survivor_portal.advocates import people, rules, seats, tickets
from survivor_portal.advocates.models import Membership, Person, Team, Ticket
from survivor_portal.advocates.who import Role
from survivor_portal.keystore import shred
from tests.desk import a_team, at_desk

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "keys"]), pytest.mark.database]

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
OTHER = "a wide brown river under morning fog"
TOLD = (rules.NotYours, rules.NotThere, rules.NotLetIn, rules.LastLead, tickets.NoTicket, people.Taken)


def nothing(*_: object) -> None:
    """Nothing was granted to this team."""


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do these in a thread each, all from the same moment on; "done", or what each was told."""
    said = [""] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            start.wait(30)
            act()
            said[number] = "done"
        except TOLD as refusal:
            said[number] = type(refusal).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


def test_of_two_leads_who_remove_each_other_one_stays() -> None:
    for _ in range(3):
        team = a_team((f"Ana {_}", f"Bo {_}"), roles=(Role.lead, Role.lead), name=f"Team {_}")
        ana, bo = team.people
        hers, his = at_desk(ana, NOW), at_desk(bo, NOW)
        said = at_once(
            lambda: seats.remove(hers, team.id, bo.id, NOW, nothing),  # noqa: B023
            lambda: seats.remove(his, team.id, ana.id, NOW, nothing),  # noqa: B023
        )
        assert sorted(said) == ["NotYours", "done"]
        assert Membership.objects.filter(team_id=team.id).count() == 1
        assert Team.objects.get(pk=team.id).key_number == 2


def test_a_link_used_twice_at_once_makes_one_account_that_opens() -> None:
    team = a_team(("Ana Li",))
    token = tickets.invite(at_desk(team.people[0], NOW), team.id, "bo@work.example", Role.advocate, NOW)
    said = at_once(*[lambda: tickets.join(token, "Bo Ek", OTHER, NOW)] * 3)
    assert sorted(said) == ["NoTicket", "NoTicket", "done"]
    row = Person.objects.get(email="bo@work.example")
    assert people.known("bo@work.example", OTHER).who.id == row.pk
    assert shred.existing([row.pk]) == {row.pk}


def test_a_new_password_and_a_removal_at_once_leave_no_seat_behind() -> None:
    for number in range(3):
        team = a_team((f"Ana {number}", f"Bo {number}"), name=f"Team {number}")
        ana, bo = team.people
        lead = at_desk(ana, NOW)
        token = tickets.reset_link(lead, team.id, bo.id, NOW)
        said = at_once(
            lambda: tickets.set_password(token, OTHER, NOW),  # noqa: B023
            lambda: seats.remove(lead, team.id, bo.id, NOW, nothing),  # noqa: B023
        )
        assert said[1] == "done"
        assert said[0] in ("done", "NoTicket")
        assert not Person.objects.get(pk=bo.id).is_active
        assert not Membership.objects.filter(person_id=bo.id).exists()
        assert not Ticket.objects.filter(person_id=bo.id).exists()
        assert shred.existing([bo.id]) == set()


def test_two_people_let_in_at_once_get_the_same_key() -> None:
    team = a_team(("Ana Li", "Bo Ek", "Cy Day"), let_in=False)
    ana, *others = team.people
    lead = at_desk(ana, NOW)
    said = at_once(*[lambda who=who: seats.let_in(lead, team.id, who.id, NOW) for who in others])
    assert said == ["done", "done"]
    for who in others:
        seat = at_desk(who, NOW).seat(team.id)
        assert seat is not None
        assert seat.secret == team.secret
