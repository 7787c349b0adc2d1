"""A note when an answer comes in: only for who asked, woken blindly, once, by day, and no more than one."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from survivor_portal.cases import ending, entrusted, slot
from survivor_portal.cases.keys import OpenCase
from survivor_portal.correspondence import incoming, relays
from survivor_portal.correspondence.models import Fresh
from survivor_portal.followups import reminders, sending
from survivor_portal.followups.hours import Hours
from survivor_portal.followups.models import Nudge
from survivor_portal.followups.plan import About
from survivor_portal.followups.reminders import Wish
from survivor_portal.mails import Read
from survivor_portal.slips.due import Work
from tests.integration.test_followups import (
    DAY,
    HER,
    HOUR,
    MORNING,
    NOW,
    TELLING,
    case,
    link,
    nothing_is_left,
    office,
    plans,
    turned_on,
    waiting,
    works,
)
from tests.post_office import PostOffice, text_of

__all__ = ["case", "office"]

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
BOTH = (About.due, About.answer)
LOOK = Work("", "", "answers", "", 1)


@pytest.fixture
def route(case: OpenCase) -> relays.Route:
    """The address of one request of the case."""
    address = relays.open(case.id, "a" * 32, NOW)
    found = relays.find(address.partition("@")[0], NOW)
    assert found
    return found


def comes(route: relays.Route, at: datetime = NOW) -> None:
    """An answer comes in, and a worker looks."""
    assert incoming.arrive(route, Read("We got it."), at) is incoming.Taken.yes
    sending.answers(LOOK, at)


def opens(case: OpenCase, at: datetime) -> None:
    """She is there, sees what came in, and does something."""
    slot.take_in(case, at)
    plans(case, now=at)


def asleep() -> int:
    return Nudge.objects.filter(for_answer=True).count()


def test_who_did_not_ask_for_it_gets_none(case: OpenCase, office: PostOffice, route: relays.Route) -> None:
    assert About.answer not in Wish("a@b.example").about
    turned_on(case, office)
    plans(case)

    comes(route)
    works(NOW + DAY)

    assert (office.mails, asleep(), Fresh.objects.count()) == ([], 0, 0)


def test_it_says_what_every_note_says_once_for_many_answers(
    case: OpenCase,
    office: PostOffice,
    route: relays.Route,
) -> None:
    turned_on(case, office, about=BOTH)
    plans(case, NOW + 2 * DAY)
    assert waiting() == [NOW + 2 * DAY]
    works(NOW + HOUR)
    assert office.mails == []

    for minutes in (10, 20, 70):
        comes(route, NOW + timedelta(minutes=minutes))
    assert waiting() == [NOW + HOUR, NOW + 2 * DAY]
    works(NOW + HOUR)
    comes(route, NOW + 2 * HOUR)
    works(NOW + 2 * DAY)

    woken, planned = office.mails
    assert text_of(woken) == text_of(planned)
    assert woken["Subject"] == planned["Subject"]
    assert TELLING.findall(f"{woken['Subject']} {text_of(woken)}") == []
    # None is left until she was there again.
    assert asleep() == 0
    opens(case, NOW + 3 * DAY)
    assert asleep() == 1
    comes(route, NOW + 3 * DAY)
    works(NOW + 3 * DAY + HOUR)
    assert len(office.mails) == 3


def test_what_comes_in_the_night_is_told_in_the_morning_and_a_second_of_a_day_on_the_next(
    case: OpenCase,
    office: PostOffice,
    route: relays.Route,
) -> None:
    turned_on(case, office, about=BOTH)
    plans(case, MORNING)
    night = NOW + 12 * HOUR
    works(MORNING)
    assert len(office.mails) == 1
    comes(route, MORNING + HOUR)
    works(MORNING + 2 * HOUR)
    assert (len(office.mails), waiting()) == (1, [MORNING + DAY])
    works(MORNING + DAY)
    assert len(office.mails) == 2

    opens(case, MORNING + DAY)
    comes(route, night + 2 * DAY)
    works(night + 2 * DAY + HOUR)
    assert (len(office.mails), waiting()) == (2, [MORNING + 2 * DAY])


def test_while_she_is_there_it_goes_back_to_sleep(
    case: OpenCase, office: PostOffice, route: relays.Route
) -> None:
    turned_on(case, office, about=BOTH)
    plans(case)
    before = set(entrusted.of(case.id))
    comes(route)
    assert waiting() == [NOW + HOUR]

    plans(case, now=NOW + timedelta(minutes=1))
    assert waiting() == [NOW + HOUR], "what came in was not seen yet"
    opens(case, NOW + timedelta(minutes=2))
    works(NOW + HOUR)

    assert (waiting(), office.mails, asleep()) == ([], [], 1)
    assert set(entrusted.of(case.id)) == before
    comes(route, NOW + 2 * HOUR)
    works(NOW + 3 * HOUR)
    assert len(office.mails) == 1


def test_there_is_never_more_than_one_and_each_month_another(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office, about=(About.answer,))
    for days in (0, 0, 1, 7, 8, 40):
        plans(case, now=NOW + days * DAY)
        assert asleep() == len(entrusted.of(case.id)) == 1
    first = entrusted.of(case.id)
    reminders.ask(case, Wish(HER, (About.answer,), Hours(10, 11)), NOW, link=link)
    plans(case, now=NOW + 40 * DAY)
    assert len(entrusted.of(case.id)) == 1
    assert entrusted.of(case.id) != first


@pytest.mark.parametrize("how", ["link", "button", "deleted", "no longer wished"])
def test_when_it_ends_it_is_gone_and_what_comes_in_wakes_nothing(
    how: str,
    case: OpenCase,
    office: PostOffice,
    route: relays.Route,
) -> None:
    token = turned_on(case, office, about=(About.answer,))
    plans(case)
    assert incoming.arrive(route, Read("We got it."), NOW) is incoming.Taken.yes
    match how:
        case "link":
            reminders.stop(token, NOW)
        case "button":
            reminders.turn_off(case, NOW)
        case "deleted":
            ending.erase_case(case.id, NOW)
        case _:
            reminders.ask(case, Wish(HER), NOW, link=link)

    sending.answers(LOOK, NOW)
    works(NOW + HOUR)

    assert (office.mails, waiting(), asleep(), Fresh.objects.count()) == ([], [], 0, 0)
    assert how == "no longer wished" or nothing_is_left()


def test_a_look_costs_what_came_in_and_not_how_many_sleep(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office, about=(About.answer,))
    plans(case)
    with CaptureQueriesContext(connection) as asked:
        sending.answers(LOOK, NOW)

    assert len(asked) == 1
    assert "correspondence_fresh" in asked[0]["sql"]


def test_a_worker_that_ends_in_the_middle_wakes_it_all_the_same(
    case: OpenCase,
    office: PostOffice,
    route: relays.Route,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turned_on(case, office, about=BOTH)
    plans(case)
    incoming.arrive(route, Read("We got it."), NOW)
    with monkeypatch.context() as broken:
        broken.setattr(incoming, "looked_at", lambda _case: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            sending.answers(LOOK, NOW)
    assert waiting() == []

    sending.answers(LOOK, NOW)
    sending.answers(LOOK, NOW)

    assert waiting() == [NOW + HOUR]
