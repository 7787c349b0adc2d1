"""What was ended for good, by blind name and day, so that a backup put back brings none of it to life again.

It stands in a table and in a file beside the databases, one file a day: putting back an old table must not
forget what was deleted since. A name is a keyed hash, so neither tells which case it was.
"""

import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from survivor_portal.cases import keys
from survivor_portal.cases.models import Gone

# Longer than the oldest backup is kept.
KEPT = timedelta(days=40)
FOLDER = "deleted"
_NAME = re.compile("[0-9a-f]{32}")
AT_ONCE = 5000

# The day each blind name was ended on.
Ledger = dict[str, date]


class Ended(StrEnum):
    """What kind of thing was ended."""

    case = "case"
    reminders = "reminders"
    # What a team may open no longer, and where somebody may not come in any more.
    grant = "grant"
    seat = "seat"


def blind(what: Ended, name: str) -> str:
    """Under which name it stands here: 32 digits, the same each time, found only with the index key."""
    return keys.index("gone1", f"{what}|{name}")


def write(what: Ended, names: Iterable[str], now: datetime) -> None:
    """Note that these were ended; what stands here already keeps its day. Raises OSError.

    On the disk when this returns; the rows with the caller's transaction.
    """
    blinded = {blind(what, name) for name in names}
    blinded -= set(Gone.objects.filter(pk__in=blinded).values_list("pk", flat=True))
    take(dict.fromkeys(sorted(blinded), now.astimezone(UTC).date()))


def take(ledger: Mapping[str, date]) -> None:
    """Take over these lines, in both places. Raises OSError."""
    take_into_files(ledger)
    take_into_rows(ledger)


def take_into_rows(ledger: Mapping[str, date]) -> None:
    """Take over these lines in the table only. What stands there keeps its day."""
    rows = [Gone(id=name, gone_on=day) for name, day in ledger.items()]
    for start in range(0, len(rows), AT_ONCE):
        Gone.objects.bulk_create(rows[start : start + AT_ONCE], ignore_conflicts=True)


def take_into_files(ledger: Mapping[str, date]) -> None:
    """Take over these lines in the files only, on the disk when this returns. Raises OSError."""
    for day in sorted(set(ledger.values())):
        _append(day, [name for name, on in ledger.items() if on == day])


def in_rows() -> Ledger:
    """What the table says."""
    return dict(Gone.objects.values_list("pk", "gone_on"))


def in_files(folder: Path | None = None) -> Ledger:
    """What the files say: of this machine, or of a copy of its folder. Half a line is left out."""
    found: Ledger = {}
    for day, path in _files(folder or _folder()):
        for line in path.read_text("ascii", "replace").splitlines():
            if _NAME.fullmatch(line):
                found.setdefault(line, day)
    return found


def sweep(now: datetime) -> int:
    """Forget what no backup can hold any more; how many rows."""
    oldest = (now - KEPT).date()
    for day, path in _files(_folder()):
        if day < oldest:
            path.unlink(missing_ok=True)
    return Gone.objects.filter(gone_on__lt=oldest).delete()[0]


def _append(day: date, names: list[str]) -> None:
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    # Begun with a new line of its own: one that was cut short must not spoil the next.
    text = "".join(f"\n{name}" for name in names) + "\n"
    handle = os.open(folder / day.isoformat(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        written = os.write(handle, text.encode("ascii"))
        if written < len(text):
            raise OSError("The disk took a part of it only.")
        os.fsync(handle)
    finally:
        os.close(handle)
    for place in (folder, folder.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _files(folder: Path) -> list[tuple[date, Path]]:
    found = []
    for path in sorted(folder.glob("????-??-??")):
        try:
            found.append((date.fromisoformat(path.name), path))
        except ValueError:
            continue
    return found


def _folder() -> Path:
    return Path(settings.DATA_DIR) / FOLDER
