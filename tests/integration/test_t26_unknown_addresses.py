"""T26: mail to addresses nobody has is refused at RCPT, each one, over a real connection; nothing is kept."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.utils import timezone

from survivor_portal.cases import access
from survivor_portal.correspondence import relays
from survivor_portal.post.door import MOST_COMMANDS
from tests.post_door import Wire, a_door

A_CONNECTION = MOST_COMMANDS
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


def test_t26_mail_to_random_addresses_is_refused_and_leaves_no_row(
    sizes: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a real site; the other tests open a connection for each question.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 60)
    case = access.open_new(timezone.now()).session.case
    relays.open(case.id, "a" * 32, timezone.now())
    dice, count, said = random.Random(26), sizes("unknown_addresses"), Counter()
    before = rows()

    with a_door() as port:
        for first in range(0, count, A_CONNECTION):
            with Wire(port) as wire:
                wire.answer()
                wire.say(b"EHLO mx\r\n")
                wire.say(b"MAIL FROM:<a@b.example>\r\n")
                many = min(A_CONNECTION, count - first)
                tokens = ("".join(dice.choices(LETTERS, k=26)) for _address in range(many))
                answer = wire.say(
                    b"".join(f"RCPT TO:<{token}@relay.example>\r\n".encode() for token in tokens)
                )
                said.update([answer, *(wire.answer() for _address in range(many - 1))])

    assert said == {b"550 5.1.1 No such address\r\n": count}
    assert rows() == before


def rows() -> list[object]:
    """Everything the tables that mail may reach hold."""
    found: list[object] = []
    with connection.cursor() as cursor:
        for table in ("correspondence_relay", "cases_arrival", "cases_case"):
            cursor.execute(f"SELECT * FROM {table}")
            found += [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()
            ]
    return found
