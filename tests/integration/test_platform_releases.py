"""What a person agreed to before a desk sends a request for them: kept, found, used, taken back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from survivor_portal.cases import access, book
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import releases
from survivor_portal.takedowns.releases import Data, NotLive, PlatformRelease, Way

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def case() -> OpenCase:
    return access.open_new(NOW).session.case


def a_yes(**more: Any) -> PlatformRelease:
    given: dict[str, Any] = {
        "to": "Example Social",
        "data": (Data.links, Data.agency),
        "purpose": "to ask them to take it down",
        "agreed_by": "the person herself",
        "way": Way.phone,
        "day": TODAY,
        "until": date(2027, 2, 21),
        "request": "r1",
    }
    return PlatformRelease(**{**given, **more})


def test_a_yes_is_kept_as_it_was_given_and_stands_in_the_book(case: OpenCase) -> None:
    kept = releases.record(case, a_yes(), NOW)

    assert releases.every(case) == (kept,)
    assert kept == a_yes()
    assert book.timeline(case)[-1].note.kind == "platform_released"
    assert book.not_as_told(case) == {}


def test_a_yes_is_for_one_request_and_ends_on_its_day(case: OpenCase) -> None:
    releases.record(case, a_yes(), NOW)

    assert releases.of_request(case, "r1", TODAY)
    assert releases.of_request(case, "r1", date(2027, 2, 21))
    assert not releases.of_request(case, "r1", date(2027, 2, 22))
    assert not releases.of_request(case, "r2", TODAY)
    assert releases.of_requests(case, ["r1", "r2"], TODAY) == {"r1"}


def test_a_yes_for_a_letter_is_that_of_the_request_it_becomes_and_of_no_other(case: OpenCase) -> None:
    releases.record(case, a_yes(request="", step="step", site="board.example"), NOW)
    assert releases.of_letter(case, "step", "board.example", TODAY)

    releases.bind(case, "step", "board.example", "r7", NOW)

    assert releases.of_request(case, "r7", TODAY)
    assert releases.of_letter(case, "step", "board.example", TODAY) is None


def test_what_was_taken_back_lets_nothing_more_leave(case: OpenCase) -> None:
    kept = releases.record(case, a_yes(), NOW)

    releases.take_back(case, kept.id, NOW)

    assert releases.of_request(case, "r1", TODAY) is None
    assert releases.every(case)[0].taken_back_at == NOW
    with pytest.raises(NotLive):
        releases.take_back(case, kept.id, NOW)


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (TODAY + timedelta(days=2), TODAY + timedelta(days=30)),
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY, TODAY + timedelta(days=366)),
    ],
    ids=["agreed tomorrow", "over before it began", "longer than a year"],
)
def test_days_that_do_not_fit_are_not_kept(case: OpenCase, day: date, until: date) -> None:
    with pytest.raises(ValueError, match="a year at most"):
        releases.record(case, a_yes(day=day, until=until), NOW)

    assert releases.every(case) == ()
