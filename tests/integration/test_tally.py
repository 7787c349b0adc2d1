"""The counts of "this address did not work": one number a channel and month, and nothing else."""

from datetime import date

import pytest
from django.test import Client

from survivor_portal import directory
from survivor_portal.insights import tally
from survivor_portal.insights.models import WrongAddress

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def channel() -> str:
    platform = next(p for p in directory.platforms() if p.channels)
    return f"{platform.key}:{platform.channels[0].key}"


def test_a_report_adds_one_to_its_month(channel: str) -> None:
    tally.wrong_address(channel, date(2026, 11, 22))
    tally.wrong_address(channel, date(2026, 11, 30))
    tally.wrong_address(channel, date(2026, 12, 1))

    assert tally.wrong_addresses() == {channel: 3}
    assert sorted(row.month for row in WrongAddress.objects.all()) == [date(2026, 11, 1), date(2026, 12, 1)]


@pytest.mark.parametrize(
    "name", ["", "x", "x:", "nobody:form-1", "x:no-such-channel", ":", "x:us_48h-1:more"]
)
def test_what_is_no_channel_is_not_counted(name: str) -> None:
    assert not tally.is_channel(name)


def test_the_button_counts_once_a_visit_and_channel(channel: str) -> None:
    client = Client()
    client.post("/next/", {"step": "safety"})

    for _ in range(3):
        response = client.post("/next/", {"step": "wrong_address", "channel": channel})
        client.post("/next/", {"step": "wrong_address", "channel": "no:channel"})

    assert response.status_code == 303
    assert tally.wrong_addresses() == {channel: 1}


def test_without_a_visit_nothing_is_counted(channel: str) -> None:
    Client().post("/next/", {"step": "wrong_address", "channel": channel})

    assert tally.wrong_addresses() == {}
