"""How many proxies are trusted and what counts as a flood are numbers, or the site does not start (T34)."""

import pytest

from survivor_portal.config import env
from tests.integration.test_keystore_settings import good

__all__ = ["good"]


def test_t34_without_a_word_no_proxy_is_trusted_and_sixty_tries_a_minute_are_no_flood(
    good: dict[str, str],
) -> None:
    found = env.for_production(good)

    assert (found.trusted_proxies, found.flood_from) == (0, 60)


def test_t34_both_can_be_set(good: dict[str, str]) -> None:
    found = env.for_production(good | {"TRUSTED_PROXIES": "2", "FLOOD_FROM": "500"})

    assert (found.trusted_proxies, found.flood_from) == (2, 500)


@pytest.mark.parametrize("name", ["TRUSTED_PROXIES", "FLOOD_FROM"])
@pytest.mark.parametrize("value", ["-1", "many", "1.5", "9999999999", "²"])
def test_t34_what_is_no_such_number_is_refused(name: str, value: str, good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match=f"{name} must be a whole number"):
        env.for_production(good | {name: value})


def test_t34_a_flood_from_the_first_try_on_is_none(good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match="FLOOD_FROM must be"):
        env.for_production(good | {"FLOOD_FROM": "0"})
