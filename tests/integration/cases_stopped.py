"""Make and delete cases in processes that are killed at each step; run by `test_cases_ending`.

Reads tasks, a line of JSON each, and prints one JSON object for each. Every kill is a process of its own,
forked before any database was opened.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "survivor_portal.config.settings.test"
django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from survivor_portal import seals  # noqa: E402
from survivor_portal.cases import access, codes, ending, ledger, phrases, records, slot  # noqa: E402
from survivor_portal.cases.book import Note  # noqa: E402
from survivor_portal.cases.models import Record  # noqa: E402
from survivor_portal.keystore import rotation, shred  # noqa: E402
from survivor_portal.keystore.models import Shred  # noqa: E402
from survivor_portal.takedowns import operations  # noqa: E402

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PHRASE = "a blue bicycle by the lake"
DATA = Path(settings.EPOCH_DIR).parent
CODE = codes.new_code()


def in_a_process(work: Callable[[], Any], *, kill_at: int = 0) -> tuple[bool, Any]:
    """Do something in a child; with `kill_at` it is killed just before that step (statement or key written).

    Gives whether it was killed, and what the work gave.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            with steps(kill_at):
                found = work()
            os.write(write, json.dumps(found).encode())
            for connection in connections.all():
                connection.close()
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True, None
    if os.WEXITSTATUS(status):
        sys.exit("a child failed")
    return False, json.loads(text)


def steps(kill_at: int) -> ExitStack:
    """Count what changes something in either database, commits included, and die at the step asked for."""
    count = [0]

    def step() -> None:
        count[0] += 1
        if count[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.startswith("SELECT"):
            step()
        return execute(sql, params, many, context)

    stack = ExitStack()
    for connection in connections.all():
        stack.enter_context(connection.execute_wrapper(statement))
        plain = connection._commit

        def commit(plain: Callable[[], None] = plain) -> None:
            step()
            plain()

        connection._commit = commit
    return stack


def make() -> str:
    new = access.open_new(NOW, code=CODE, phrase=PHRASE)
    access.confirm(new.session.case, PHRASE, NOW)
    return new.session.case.id


def make_and_fill() -> str:
    session = access.open_new(NOW, code=CODE, phrase=PHRASE).session
    access.confirm(session.case, PHRASE, NOW)
    access.new_recovery_code(session, PHRASE, NOW)
    records.add(session.case, "plan", {"links": ["https://x.example/MARKER"]}, Note("kept"), NOW)
    slot.drop(session.case.id, "draft", {"text": "MARKER"}, NOW)
    operations.begin(
        session.case, platform="", kind="request", label="MARKER", to="MARKER", grounds=(),
        places=[operations.Place(1, "MARKER", "https://x.example/MARKER")], now=NOW,
    )  # fmt: skip
    return session.case.id


def delete() -> None:
    ending.erase(access.open_with(CODE, PHRASE, NOW).session.case, PHRASE, NOW)


def opens() -> bool:
    try:
        access.open_with(CODE, PHRASE, NOW)
    except access.NotOpened:
        return False
    return True


def gone() -> bool:
    """Is the case's shred key gone?"""
    return Shred.objects.count() == 1


def left() -> dict[str, int]:
    """Rows of each table that is about cases, without the case that stands in for unknown codes.

    Django writes the names of all tables into two of its own.
    """
    of_cases = (model for model in apps.get_models() if model._meta.app_label not in ("auth", "contenttypes"))
    found = {model.__name__: model._default_manager.count() for model in of_cases}
    return found | {"Case": found["Case"] - 1, "Shred": found["Shred"] - 1}


def sweep(later: timedelta) -> dict[str, int]:
    ending.sweep(NOW + later)
    return left()


def fresh() -> None:
    """Both databases as they were before the first case."""
    for name in ("site", "keys"):
        for path in DATA.glob(f"{name}.sqlite3*"):
            path.unlink()
        shutil.copy(DATA / f"{name}.blank", DATA / f"{name}.sqlite3")
    shutil.rmtree(DATA / ledger.FOLDER, ignore_errors=True)


def first_day() -> None:
    """And the keys of the days as well, for the next task."""
    fresh()
    shutil.rmtree(settings.EPOCH_DIR)
    shutil.copytree(DATA / "epochs.blank", settings.EPOCH_DIR)


def prepare() -> None:
    for database in ("default", "keys"):
        call_command("migrate", database=database, verbosity=0)
    rotation.rotate(NOW)
    access.prepare()


def set_up() -> None:
    phrases.canonical(PHRASE)  # reads the words of phrases, which every child would do anew
    in_a_process(prepare)
    for name in ("site", "keys"):
        copy(DATA / f"{name}.sqlite3", DATA / f"{name}.blank")
    shutil.copytree(settings.EPOCH_DIR, DATA / "epochs.blank")


def copy(source: Path, target: Path) -> None:
    """A backup: what a running database holds, also what is still in its log."""
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()


def spread(count: int, most: int) -> list[int]:
    """So many steps of 1 to `most`, evenly, first and last included; round and round where there are more."""
    if count >= most:
        return [number % most + 1 for number in range(count)]
    return sorted({1 + round(number * (most - 1) / (count - 1)) for number in range(count)})


def steps_of(work: Callable[[], Any], before: Callable[[], Any] | None = None) -> int:
    """How many steps the work has: the first one at which no kill comes."""
    low, high = 0, 256
    while high - low > 1:
        middle = (low + high) // 2
        fresh()
        if before:
            in_a_process(before)
        low, high = (middle, high) if in_a_process(work, kill_at=middle)[0] else (low, middle)
    return low


def stopped_deletions(kills: int) -> dict[str, Any]:
    """T22, deletion: readable after the first step was reached? anything left after the sweep?"""
    most = steps_of(delete, make_and_fill)
    report: dict[str, Any] = {"steps": most, "kills": 0, "wrong": [], "deleted_by_sweep": 0, "tables": []}
    planned = spread(kills, most)
    report["planned"] = len(planned)
    for step in planned:
        fresh()
        in_a_process(make_and_fill)
        full = in_a_process(left)[1]
        report["tables"] = sorted(name for name, count in full.items() if count)
        killed, _ = in_a_process(delete, kill_at=step)
        report["kills"] += killed
        began = in_a_process(gone)[1]
        if in_a_process(opens)[1] == began:
            report["wrong"].append(f"step {step}: key gone {began}, and opens is the same")
        rows = in_a_process(lambda: sweep(timedelta(hours=3)))[1]
        noted = rows.pop("Gone")
        if began and any(count for name, count in rows.items() if name != "Throttle"):
            report["wrong"].append(f"step {step}: left after the sweep {rows}")
        if began != noted or began != in_a_process(lambda: len(ledger.in_files()))[1]:
            report["wrong"].append(f"step {step}: began {began}, and the ledger has {noted}")
        if began and in_a_process(opens)[1]:
            report["wrong"].append(f"step {step}: opens after the sweep")
        report["deleted_by_sweep"] += began
    return report


def stopped_creations(kills: int) -> dict[str, Any]:
    """T22, creation: a case half made never opens and is gone after a day."""
    most = steps_of(make)
    report: dict[str, Any] = {"steps": most, "kills": 0, "wrong": [], "half_made": 0}
    planned = spread(kills, most)
    report["planned"] = len(planned)
    for step in planned:
        fresh()
        killed, _ = in_a_process(make, kill_at=step)
        report["kills"] += killed
        rows = in_a_process(left)[1]
        whole = in_a_process(opens)[1]
        if rows["Case"] and not whole:
            report["half_made"] += 1
            rows = in_a_process(lambda: sweep(timedelta(hours=25)))[1]
            if any(count for name, count in rows.items() if name not in ("Gone", "Throttle")):
                report["wrong"].append(f"step {step}: left after a day {rows}")
        if rows["Shred"] != rows["Case"]:
            report["wrong"].append(f"step {step}: a key without its case {rows}")
    return report


def old_backups(count: int, deleted: int, days_off: int = 0) -> dict[str, Any]:
    """T21: what opens of old backups after some were deleted and the key of the day was turned twice.

    With `days_off` the machine was off meanwhile, and the key is turned once, at the start.
    """
    drawn = [codes.new_code() for _ in range(count)]

    def make_all() -> list[str]:
        return [access.open_new(NOW, code=code, phrase=PHRASE).session.case.id for code in drawn]

    def delete_some() -> None:
        for case_id in made[:deleted]:
            ending.erase_case(case_id, NOW)

    def turn() -> None:
        # Two days in a row, or one start after three days off.
        for day in (3,) if days_off else (1, 2):
            rotation.rotate(NOW + timedelta(days=day))

    def open_all() -> list[bool]:
        found = []
        for code in drawn:
            try:
                access.open_with(code, PHRASE, NOW)
                found.append(True)
            except access.NotOpened:
                found.append(False)
        return found

    def put_back(*names: str) -> None:
        for name in names:
            for path in DATA.glob(f"{name}.sqlite3*"):
                path.unlink()
            shutil.copy(DATA / f"{name}.old", DATA / f"{name}.sqlite3")

    fresh()
    made = in_a_process(make_all)[1]
    for name in ("site", "keys"):
        copy(DATA / f"{name}.sqlite3", DATA / f"{name}.old")
    in_a_process(delete_some)
    in_a_process(turn)
    put_back("site")
    with_todays_keys = in_a_process(open_all)[1]
    put_back("site", "keys")
    with_old_keys = in_a_process(open_all)[1]
    return {
        "deleted": sum(with_todays_keys[:deleted]),
        "living": sum(with_todays_keys[deleted:]),
        "old_keys": sum(with_old_keys),
    }


def opened(kept: list[tuple[str, int, str]], case_id: str, key: bytes, halves: list[bytes]) -> int:
    """How many of these plans open with this case key and one of these shred keys."""
    count = 0
    for row, revision, envelope in kept:
        for half in halves:
            place = seals.Place("cases_record.plan", row, case_id, revision)
            try:
                seals.unlock_record(key, half, bytes.fromhex(envelope), place)
                count += 1
            except seals.WrongKey:
                continue
    return count


def deleted_and_dumped() -> dict[str, Any]:
    """T20: after a deletion nothing in the dump opens with everything that was ever known of the case."""

    def known() -> tuple[str, str]:
        # The worst case: somebody had copied the case key while it was open.
        case = access.open_with(CODE, PHRASE, NOW).session.case
        return case.case_key.hex(), case.shred.hex()

    def dump() -> list[str]:
        values = []
        for connection in connections.all():
            with connection.cursor() as cursor:
                for table in connection.introspection.table_names(cursor):
                    for row in cursor.execute(f"SELECT * FROM {table}").fetchall():
                        values += [value.hex() for value in row if isinstance(value, bytes)]
        return values

    def rows() -> list[tuple[str, int, str]]:
        return [(row.pk, row.revision, bytes(row.envelope).hex()) for row in Record.objects.all()]

    def halves() -> list[str]:
        return [key.hex() for key in shred.get(Shred.objects.values_list("pk", flat=True)).values()]

    fresh()
    case_id = in_a_process(make_and_fill)[1]
    key, half = map(bytes.fromhex, in_a_process(known)[1])
    kept = in_a_process(rows)[1]
    opened_before = opened(kept, case_id, key, [half])
    in_a_process(delete)
    left_over = in_a_process(dump)[1]
    todays = in_a_process(halves)[1]
    files = b"".join(path.read_bytes() for path in DATA.glob("*.sqlite3*"))
    return {
        "records_before": len(kept),
        "opened_before": opened_before,
        "envelopes_after": sum(envelope in left_over for _, _, envelope in kept),
        "opened": opened(kept, case_id, key, [bytes.fromhex(text) for text in todays] + [bytes(32), key]),
        "case_number_in_key_file": case_id.encode() in (DATA / "keys.sqlite3").read_bytes(),
        "marker_in_files": b"MARKER" in files,
    }


TASKS = {
    "deletions": stopped_deletions,
    "creations": stopped_creations,
    "backups": old_backups,
    "dump": deleted_and_dumped,
}

if __name__ == "__main__":
    set_up()
    for line in sys.stdin:
        name, *counts = json.loads(line)
        first_day()
        print(json.dumps(TASKS[name](*counts)), flush=True)
