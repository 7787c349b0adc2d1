"""T2: from a dump of one database, or of both without the days' keys, the right phrase opens nothing.

Whoever has the dump works by hand here: with every function of the program, and every value of the dump as a
key.
"""

from datetime import UTC, datetime

import pytest

from survivor_portal import seals
from survivor_portal.cases import access, book, records, slot
from survivor_portal.cases.keys import OpenCase
from survivor_portal.keystore import epochs, locks
from survivor_portal.takedowns import operations
from tests.dumps import Dump, by_phrase, dumped, opened, sealed_rows

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = 32


@pytest.fixture
def new() -> access.NewCase:
    """A case with something in every table that holds an envelope."""
    access.prepare()
    new = access.open_new(NOW)
    case = new.session.case
    access.new_recovery_code(new.session, new.phrase, NOW)
    records.add(case, "plan", {"links": ["https://x.example/1"]}, book.Note("plan_kept"), NOW)
    place = operations.Place(1, "A place", "https://x.example/1")
    operations.begin(
        case, platform="x", kind="request", label="One", to="X", grounds=("us-tida",), places=[place], now=NOW
    )
    slot.drop(case.id, "draft", {"text": "typed too late"}, NOW)
    return new


def guesses(*dumps: Dump) -> list[bytes]:
    """Whatever in a dump could be a key: the first, the last and each further run of 32 bytes in a value."""
    found = {bytes(KEY)}
    for dump in dumps:
        for rows in dump.values():
            for value in (value for row in rows for value in row.values()):
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                found |= {raw[at : at + KEY] for at in (*range(0, 64), len(raw) - KEY)}
    return [guess for guess in found if len(guess) == KEY]


def halves_with_the_days_keys(keys_dump: Dump) -> list[bytes]:
    """What the keys of the days make of the second database."""
    known = epochs.known()
    return [
        locks.unlock_shred(known[row["epoch"]].key(), row["id"], row["epoch"], bytes(row["wrapped"]))
        for row in keys_dump["keystore_shred"]
    ]


def test_t02_of_a_dump_of_the_main_database_nothing_opens_with_the_right_phrase(new: access.NewCase) -> None:
    main = dumped("main")
    halves = guesses(main)

    assert by_phrase(main, new.phrase, halves) == []
    # Even the case's own key opens nothing alone.
    assert opened(main, [new.session.case.case_key], halves) == 0


def test_t02_of_a_dump_of_both_nothing_opens_without_the_keys_of_the_days(new: access.NewCase) -> None:
    main, keys = dumped("main"), dumped("keys")
    halves = guesses(keys)
    for guess in guesses(keys):
        for row in keys["keystore_shred"]:
            context = f"shred1|{row['id']}|{row['epoch']}".encode()
            with pytest.raises(seals.WrongKey):
                seals.unlock(guess, bytes(row["wrapped"]), context=context)

    assert by_phrase(main, new.phrase, halves) == []
    assert opened(main, [new.session.case.case_key], halves) == 0


def test_t02_the_same_work_opens_everything_once_the_keys_of_the_days_are_there(new: access.NewCase) -> None:
    """Else the two tests above would be content with work that opens nothing ever."""
    main, keys = dumped("main"), dumped("keys")
    halves = halves_with_the_days_keys(keys)

    case_keys = by_phrase(main, new.phrase, halves)

    assert set(case_keys) == {new.session.case.case_key}
    assert opened(main, case_keys[:1], halves) == len(sealed_rows(main)) >= 8


def test_t02_what_waits_in_the_slot_opens_with_the_case_only(new: access.NewCase) -> None:
    main = dumped("main")
    (row,) = main["cases_arrival"]
    context = f"slot1|{row['case_id']}|{row['id']}|{row['kind']}".encode()

    for guess in guesses(main, dumped("keys")):
        with pytest.raises(seals.WrongKey):
            seals.open_sealed(guess, bytes(row["envelope"]), context=context)
    assert b"typed too late" in seals.open_sealed(
        secret_of(new.session.case), bytes(row["envelope"]), context=context
    )


def secret_of(case: OpenCase) -> bytes:
    (own,) = records.read(case, records.OWN)
    return bytes.fromhex(own.document["secret"])
