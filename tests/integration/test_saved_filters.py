"""Ways of looking at the queue that somebody kept: theirs alone, sealed, and never too many."""

from datetime import UTC, datetime

import pytest

from survivor_portal.advocates import saved
from survivor_portal.advocates.models import SavedFilter
from survivor_portal.advocates.saved import NoName, TooMany
from tests.desk import a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_what_was_kept_is_read_by_its_own_person_only() -> None:
    ana, ben = (at_desk(person, NOW) for person in a_team(("Ana Li", "Ben Ode")).people)

    saved.keep(ana, " Refused,  mine ", {"states": ["refused"]})

    assert [(one.name, one.filters, one.is_start) for one in saved.read(ana)] == [
        ("Refused, mine", {"states": ["refused"]}, False)
    ]
    assert saved.read(ben) == ()
    assert b"efused" not in bytes(SavedFilter.objects.get().sealed)
    SavedFilter.objects.update(person_id=ben.who.id)
    assert saved.read(ben) == ()


def test_the_same_name_is_kept_once_and_one_is_the_start() -> None:
    (ana,) = (at_desk(person, NOW) for person in a_team(("Ana Li",)).people)

    saved.keep(ana, "Mine", {"holder": "me"}, is_start=True)
    saved.keep(ana, "mine", {"holder": "me", "due": "today"}, is_start=True)
    saved.keep(ana, "All", {}, is_start=True)

    assert [(one.name, one.is_start) for one in saved.read(ana)] == [("All", True), ("mine", False)]


def test_one_without_a_name_or_too_many_are_not_kept() -> None:
    ana, ben = (at_desk(person, NOW) for person in a_team(("Ana Li", "Ben Ode")).people)

    with pytest.raises(NoName):
        saved.keep(ana, "  ", {})
    for number in range(saved.MOST):
        saved.keep(ana, f"{number}", {})
    with pytest.raises(TooMany):
        saved.keep(ana, "one more", {})
    saved.keep(ana, "7", {"due": "late"})
    saved.forget(ben, saved.read(ana)[0].id)
    saved.forget(ana, saved.read(ana)[0].id)

    assert len(saved.read(ana)) == saved.MOST - 1
