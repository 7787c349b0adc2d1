"""Desks: off unless somebody says so, and in production only after a review and where cases are kept."""

import pytest

from survivor_portal.advocates.models import Remembered
from survivor_portal.config import desk, env
from tests.architecture.test_house import good
from tests.architecture.test_mail_settings import pages

__all__ = ["good", "pages"]

WITH = {"DESK": "yes", "DESK_REVIEWED_ON": "2027-01-31", "DESK_REVIEWED_BY": "A. Lawyer"}
NO_CASES = dict.fromkeys(
    ("CASES_REVIEWED_ON", "CASES_REVIEWED_BY", "MAIL_IN", "MAIL_OUT", "RELAY_DOMAIN"), ""
)


def test_without_a_word_about_it_there_are_no_desks(pages: dict[str, str]) -> None:
    assert not env.for_production(pages).desk_open
    assert not env.for_production(pages | WITH | {"DESK": "no"}).desk_open
    assert not env.for_production(pages | WITH | {"DESK": ""}).desk_open


def test_with_a_review_and_kept_cases_there_are(pages: dict[str, str]) -> None:
    assert env.for_production(pages | WITH).desk_open


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"DESK": "perhaps"}, "DESK must be yes or no"),
        ({"DESK_REVIEWED_ON": "", "DESK_REVIEWED_BY": ""}, "DESK needs DESK_REVIEWED_ON"),
        ({"DESK_REVIEWED_ON": "", "DESK_REVIEWED_BY": ""}, "DESK needs DESK_REVIEWED_BY"),
        ({"DESK_REVIEWED_BY": ""}, "DESK needs DESK_REVIEWED_BY"),
        ({"DESK_REVIEWED_ON": "soon"}, "DESK_REVIEWED_ON must be a day"),
        (
            {
                "CASES_REVIEWED_ON": "",
                "CASES_REVIEWED_BY": "",
                "MAIL_IN": "",
                "MAIL_OUT": "",
                "RELAY_DOMAIN": "",
            },
            "DESK needs kept cases",
        ),
    ],
)
def test_t34_production_refuses(pages: dict[str, str], change: dict[str, str], reason: str) -> None:
    with pytest.raises(env.NotReady, match=reason):
        env.for_production(pages | WITH | change)


def test_a_review_that_is_half_named_is_refused_where_there_are_no_desks_too(good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match="belong together"):
        env.for_production(good | {"DESK_REVIEWED_ON": "2027-01-31"})


@pytest.mark.parametrize(("said", "there"), [({}, True), ({"DESK": "yes"}, True), ({"DESK": "no"}, False)])
def test_on_ones_own_machine_there_are_desks_unless_they_are_not_wanted(
    said: dict[str, str], there: bool
) -> None:
    assert desk.for_development(said) is there


def test_what_is_remembered_lies_in_a_table_that_is_there() -> None:
    there = desk.CACHES["default"]

    assert there["LOCATION"] == Remembered._meta.db_table
    assert [field.column for field in Remembered._meta.fields] == ["cache_key", "value", "expires"]
