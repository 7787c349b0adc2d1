"""Who says whether a sender is who it says: what may stand in the setting."""

import pytest

from survivor_portal.config import env
from survivor_portal.config.senders import NOBODY, Senders, read
from tests.architecture.test_house import good

__all__ = ["good"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", NOBODY),
        ("dns:127.0.0.1", Senders(resolver="127.0.0.1")),
        ("dns:192.0.2.53:5353", Senders(resolver="192.0.2.53", port=5353)),
        ("MX.Relay.example", Senders(authserv_id="mx.relay.example")),
    ],
)
def test_it_is_read(given: str, found: Senders) -> None:
    problems: list[str] = []

    assert read({"MAIL_SENDERS": given}, problems) == found
    assert problems == []


@pytest.mark.parametrize(
    "given",
    [
        "dns",
        "dns:",
        "dns:resolver.example",
        "dns:127.0.0.1:0",
        "dns:127.0.0.1:99999",
        "mx",
        "a b.example",
        "yes",
    ],
)
def test_what_is_not_fit_stops_the_start(given: str, good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match="MAIL_SENDERS must be"):
        env.for_production(good | {"MAIL_SENDERS": given})
