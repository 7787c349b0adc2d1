"""The address of one request: drawn, found, counted, closed, and never told again."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from survivor_portal.cases import access, ending
from survivor_portal.correspondence import relays
from survivor_portal.correspondence.models import Relay
from survivor_portal.correspondence.relays import MOST_A_DAY, MOST_IN_ALL, Counted

pytestmark = [pytest.mark.django_db(databases=["default", "keys"], transaction=True), pytest.mark.database]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ONE, TWO = "a" * 32, "b" * 32


def a_case() -> str:
    return access.open_new(NOW).session.case.id


def token_of(address: str) -> str:
    return address.partition("@")[0]


def test_an_address_is_random_and_says_nothing() -> None:
    case = a_case()

    first, second = (relays.open(case, request, NOW) for request in (ONE, TWO))

    assert first != second
    assert re.fullmatch("[a-z2-7]{26}@relay.example", first)
    assert case[:8] not in first


def test_the_database_does_not_hold_the_address() -> None:
    address = relays.open(a_case(), ONE, NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM correspondence_relay")
        row = str(cursor.fetchall())

    assert token_of(address) not in row
    assert ONE in row


def test_what_is_sent_to_it_finds_its_request_in_large_letters_too() -> None:
    case = a_case()
    token = token_of(relays.open(case, ONE, NOW))

    found = relays.find(token.upper(), NOW)

    assert found is not None
    assert (found.case_id, found.takedown_id) == (case, ONE)


@pytest.mark.parametrize("token", ["", "a" * 25, "a" * 27, "a" * 26, "0" * 26, "ä" * 26, "a" * 25 + "\n"])
def test_anything_else_finds_nothing(token: str) -> None:
    relays.open(a_case(), ONE, NOW)

    assert relays.find(token, NOW) is None


def test_a_request_has_one_address() -> None:
    case = a_case()
    relays.open(case, ONE, NOW)

    with pytest.raises(relays.HasOne):
        relays.open(case, ONE, NOW)

    assert Relay.objects.count() == 1


def test_it_closes_after_180_days_and_is_swept() -> None:
    token = token_of(relays.open(a_case(), ONE, NOW))

    assert relays.find(token, NOW + timedelta(days=180))
    assert relays.find(token, NOW + timedelta(days=181)) is None
    assert relays.sweep(NOW + timedelta(days=180)) == 0
    assert relays.sweep(NOW + timedelta(days=181)) == 1


def test_another_letter_opens_it_for_longer_and_again() -> None:
    case = a_case()
    address = relays.open(case, ONE, NOW)
    later = NOW + timedelta(days=170)
    much_later = NOW + timedelta(days=500)

    relays.keep_open(address, case, ONE, later)
    relays.sweep(NOW + timedelta(days=200))
    assert relays.find(token_of(address), NOW + timedelta(days=200))

    relays.sweep(much_later)
    relays.keep_open(address, case, ONE, much_later)
    assert relays.find(token_of(address), much_later)


def test_so_many_a_day_and_so_many_in_all() -> None:
    route = relays.find(token_of(relays.open(a_case(), ONE, NOW)), NOW)
    assert route

    first_day = [relays.count(route, NOW) for _ in range(MOST_A_DAY + 5)]
    in_all = first_day.count(Counted.yes)
    for day in range(1, 10):
        in_all += [relays.count(route, NOW + timedelta(days=day)) for _ in range(MOST_A_DAY)].count(
            Counted.yes
        )

    assert first_day == [Counted.yes] * MOST_A_DAY + [Counted.not_today] * 5
    assert in_all == MOST_IN_ALL
    assert relays.count(route, NOW + timedelta(days=11)) is Counted.never


def test_no_more_pass_when_many_ask_at_once() -> None:
    route = relays.find(token_of(relays.open(a_case(), ONE, NOW)), NOW)
    assert route
    said: list[Counted] = []

    def ask() -> None:
        said.extend(relays.count(route, NOW) for _ in range(10))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said.count(Counted.yes) == MOST_A_DAY
    row = Relay.objects.get()
    assert (row.of_day, row.in_all) == (MOST_A_DAY, MOST_A_DAY)


def test_a_closed_address_is_found_and_counted_no_more() -> None:
    case = a_case()
    token = token_of(relays.open(case, ONE, NOW))
    route = relays.find(token, NOW)
    assert route

    assert relays.close(case, (ONE,)) == 1
    assert relays.find(token, NOW) is None
    assert relays.count(route, NOW) is Counted.never


def test_addresses_go_with_their_case() -> None:
    case, other = a_case(), a_case()
    gone, kept = token_of(relays.open(case, ONE, NOW)), token_of(relays.open(other, TWO, NOW))

    ending.erase_case(case, NOW)

    assert relays.find(gone, NOW) is None
    assert relays.find(kept, NOW)
    assert Relay.objects.count() == 1


def test_the_day_is_the_day_in_utc() -> None:
    route = relays.find(token_of(relays.open(a_case(), ONE, NOW)), NOW)
    assert route
    evening = datetime(2027, 1, 1, 23, 59, tzinfo=UTC)

    for _ in range(MOST_A_DAY):
        relays.count(route, evening)

    assert relays.count(route, evening) is Counted.not_today
    assert relays.count(route, evening + timedelta(minutes=1)) is Counted.yes
