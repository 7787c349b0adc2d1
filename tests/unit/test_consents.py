"""Who may agree to a release: never somebody who did harm, never a child under 13 alone."""

from itertools import product

import pytest

from survivor_portal.cases.consents import who_may_agree
from survivor_portal.cases.releases import Consent
from survivor_portal.directory import Age

TEENS = (Age.FROM_13, Age.FROM_16, Age.NOT_SURE)
BOTH = (Consent.minor_and_parent, Consent.minor_alone)


@pytest.mark.parametrize(
    ("age", "by_guardian", "home_is_safe", "ways"),
    [
        *(
            (Age.ADULT, by, safe, (Consent.adult,))
            for by, safe in product((True, False), (True, False, None))
        ),
        *((age, False, safe, BOTH) for age, safe in product(TEENS, (True, None))),
        *((age, False, False, (Consent.minor_alone,)) for age in TEENS),
        *((age, True, safe, BOTH[:1]) for age, safe in product((*TEENS, Age.UNDER_13), (True, None))),
        *((age, True, False, ()) for age in (*TEENS, Age.UNDER_13)),
        *((Age.UNDER_13, False, safe, ()) for safe in (True, False, None)),
    ],
)
def test_who_may_agree(
    age: Age, by_guardian: bool, home_is_safe: bool | None, ways: tuple[Consent, ...]
) -> None:
    assert who_may_agree(age, by_guardian=by_guardian, home_is_safe=home_is_safe) == ways


@pytest.mark.parametrize(("age", "by_guardian"), list(product(Age, (True, False))))
def test_no_parent_is_asked_for_where_home_is_not_safe(age: Age, by_guardian: bool) -> None:
    ways = who_may_agree(age, by_guardian=by_guardian, home_is_safe=False)

    assert Consent.minor_and_parent not in ways
