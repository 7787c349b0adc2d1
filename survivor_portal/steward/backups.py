"""Makes backups, finds them, and knows whether one can be put back: a folder each, there whole or not at all.

A folder holds the copy of one database, the ledger of what was deleted, and a manifest with checksums. The
two databases are copied apart. The keys of the days are never copied: with both they would open cases.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from survivor_portal.cases import ledger
from survivor_portal.keystore import backed
from survivor_portal.steward import engines
from survivor_portal.steward.engines import NotCopied

MANIFEST = "manifest.json"
FORMAT = 1
_STAMP = "%Y%m%dT%H%M%SZ"
_HOUSE = Path(__file__).resolve().parents[2]


class Part(StrEnum):
    """Which of the two databases."""

    site = "site"
    keys = "keys"

    @property
    def alias(self) -> str:
        """Django's name for it."""
        return "default" if self is Part.site else "keys"

    @property
    def kept(self) -> timedelta:
        """A copy of keys must not outlive the promise that what is deleted is gone after 48 hours."""
        return timedelta(days=30) if self is Part.site else timedelta(days=2)

    @property
    def every(self) -> timedelta:
        """How old the newest may grow before the next is due. Of keys twice in the twelve hours after which
        `doctor` warns, so that one that fails is not missed."""
        return timedelta(days=1) if self is Part.site else timedelta(hours=6)


def parts_here() -> tuple[Part, ...]:
    """The databases this process can reach itself. Where a key process holds the keys, most reach one."""
    reached = {alias for alias, given in settings.DATABASES.items() if given.get("ENGINE", "").strip()}
    reached -= {alias for alias in reached if settings.DATABASES[alias]["ENGINE"].endswith(".dummy")}
    return tuple(part for part in Part if part.alias in reached)


class NotABackup(Exception):
    """No backup of ours, a damaged one, or one that does not fit here; the message says which."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. No content: counts, versions, checksums."""

    format: int
    part: str
    engine: str
    made_at: str
    program: str
    migrations: tuple[str, ...]
    epochs: tuple[int, ...]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that lies somewhere."""

    folder: Path
    part: Part
    made_at: datetime


def make(part: Part, target: Path, now: datetime, *, prune: bool = True) -> Path:
    """Make a backup of one database in `target`, then delete those that are too old; gives its folder.

    Raises NotCopied; then nothing new lies in `target` and nothing old was deleted. One at a time in each
    folder: a worker that lost its lease, and a command beside it, do not meet.
    """
    if part not in parts_here():
        raise NotCopied("this process does not reach that database; see docs/operating.md, 'A larger site'")
    _allowed(target)
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotCopied(_plainly(error)) from None
    with _alone_in(target):
        return _made(part, target, now, prune=prune)


def _made(part: Part, target: Path, now: datetime, *, prune: bool) -> Path:
    final = target / f"{part}-{now.astimezone(UTC).strftime(_STAMP)}"
    half = target / f".{final.name}.part"
    try:
        for left in target.glob(f".{part}-*.part"):
            shutil.rmtree(left)
        half.mkdir(mode=0o700)
        _fill(part, half, now)
        if final.exists():
            raise NotCopied("there is one of this very second")
        half.rename(final)
        _remember(target)
    except (OSError, DatabaseError, NotCopied) as error:
        shutil.rmtree(half, ignore_errors=True)
        raise NotCopied(_plainly(error)) from None
    _note(part, final, now)
    for old in _too_old(found(target, part), part, now) if prune else ():
        shutil.rmtree(old.folder, ignore_errors=True)
    return final


def make_due(part: Part, target: Path, now: datetime) -> Path | None:
    """As `make`, where the newest one in `target` is no longer new; None where it is. Raises NotCopied."""
    for backup in found(target, part):
        # One from the future was made by a clock that went wrong, and must not stop all the others.
        if timedelta() <= now - backup.made_at < part.every:
            return None
    return make(part, target, now)


def _too_old(backups: list[Backup], part: Part, now: datetime) -> list[Backup]:
    """Beyond the limit of the promise; of the site also those of days beyond BACKUPS_KEPT. Several of one day
    count once, so that whoever makes one each hour still has a week."""
    days = sorted({backup.made_at.date() for backup in backups}, reverse=True)
    kept = set(days[: settings.BACKUPS_KEPT] if part is Part.site else days)
    return [one for one in backups if now - one.made_at > part.kept or one.made_at.date() not in kept]


@contextmanager
def _alone_in(target: Path) -> Iterator[None]:
    """Raises NotCopied while another process makes one in this folder. A process that is killed lets go."""
    handle = os.open(target, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise NotCopied("another one is being made in this folder just now") from None
    finally:
        os.close(handle)


def found(target: Path, part: Part | None = None) -> list[Backup]:
    """The whole backups that lie in this folder, oldest first."""
    backups = []
    for one in Part if part is None else (part,):
        for path in target.glob(f"{one}-*") if target.is_dir() else ():
            name = re.fullmatch(rf"{one}-(\d{{8}}T\d{{6}}Z)", path.name)
            if name and (path / MANIFEST).is_file():
                moment = datetime.strptime(name[1], _STAMP).replace(tzinfo=UTC)
                backups.append(Backup(path, one, moment))
    return sorted(backups, key=lambda backup: backup.made_at)


def known(part: Part) -> list[Backup]:
    """The backups of this database that this machine knows of and that are still there, oldest first."""
    folders = {folder for folder in (settings.BACKUP_DIR, settings.KEYS_BACKUP_DIR) if folder}
    with suppress(OSError):
        folders.add(Path(_noted(part).read_text("utf-8").strip()).parent)
    # One folder may have two names.
    backups = {backup for folder in {one.resolve() for one in folders} for backup in found(folder, part)}
    return sorted(backups, key=lambda backup: backup.made_at)


def newest(part: Part) -> Backup | None:
    """The last of them."""
    return next(reversed(known(part)), None)


def read(folder: Path) -> Manifest:
    """What a backup says of itself. Raises NotABackup."""
    try:
        given = json.loads((folder / MANIFEST).read_text("utf-8"))
        given = {**given, "migrations": tuple(given["migrations"]), "epochs": tuple(given["epochs"])}
        manifest = Manifest(**given)
    except (OSError, ValueError, TypeError, KeyError):
        raise NotABackup(f"{folder} is no backup: it holds no {MANIFEST} that can be read.") from None
    if manifest.format != FORMAT or manifest.part not in list(Part):
        raise NotABackup(f"{folder} was made by a newer program. Update this one first.")
    return manifest


def see_that_it_fits(folder: Path, manifest: Manifest) -> None:
    """Is it whole, of this kind of database, and of no newer program? Raises NotABackup."""
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise NotABackup(f"{name} is missing in {folder}.")
        if _checksum(path) != expected:
            raise NotABackup(f"{name} in {folder} is not as it was written: its checksum differs.")
    connection = connections[Part(manifest.part).alias]
    if manifest.engine != connection.vendor:
        raise NotABackup(f"It is a copy of {manifest.engine}, and this site uses {connection.vendor}.")
    if newer := set(manifest.migrations) - _migrations_of_the_program():
        raise NotABackup(
            f"It was made by a newer program ({manifest.program}); this one does not know {len(newer)} of "
            "its changes to the tables. Update the program first."
        )


def ledger_in(folder: Path) -> ledger.Ledger:
    """What was deleted when this backup was made."""
    return ledger.in_files(folder / ledger.FOLDER)


def _fill(part: Part, folder: Path, now: datetime) -> None:
    engines.copy_out(part.alias, folder / engines.file_name(part.alias))
    # After the copy, so that it holds whatever was deleted meanwhile.
    _write_ledger(folder / ledger.FOLDER)
    manifest = Manifest(
        format=FORMAT,
        part=part,
        engine=connections[part.alias].vendor,
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        program=program_version(),
        migrations=_migrations_applied(part),
        epochs=tuple(backed.epochs_in_use()) if part is Part.keys else (),
        files={str(path.relative_to(folder)): _checksum(path) for path in _files(folder)},
    )
    (folder / MANIFEST).touch(0o600)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", "utf-8")
    for path in (*_files(folder), *(path for path in folder.rglob("*") if path.is_dir()), folder):
        _remember(path)


def _write_ledger(folder: Path) -> None:
    lines = ledger.in_files()
    # The machine that holds the keys need not reach the other database. Its backups carry the rows.
    with suppress(DatabaseError):
        lines |= ledger.in_rows() if Part.site in parts_here() else {}
    folder.mkdir(mode=0o700)
    for day in sorted(set(lines.values())):
        path = folder / day.isoformat()
        path.touch(0o600)
        path.write_text("".join(f"{name}\n" for name, on in sorted(lines.items()) if on == day), "ascii")


def _allowed(target: Path) -> None:
    keys = settings.EPOCH_DIR.resolve()
    place = target.resolve()
    if keys != Path().resolve() and (place.is_relative_to(keys) or keys.is_relative_to(place)):
        raise NotCopied("backups and the keys of the days (EPOCH_DIR) must not lie in one folder")


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _migrations_applied(part: Part) -> tuple[str, ...]:
    applied = MigrationRecorder(connections[part.alias]).applied_migrations()
    return tuple(sorted(f"{app}.{name}" for app, name in applied))


def _migrations_of_the_program() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def program_version() -> str:
    """The version this program has."""
    project = tomllib.loads((_HOUSE / "pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])


def _note(part: Part, folder: Path, now: datetime) -> None:
    """Where the last one is, for `doctor`: it may lie in a folder that no setting names."""
    path = _noted(part)
    unfinished = path.with_suffix(".new")
    try:
        unfinished.touch(0o600)
        unfinished.write_text(f"{folder.resolve()}\n", "utf-8")
        unfinished.replace(path)
    except OSError:
        # The backup itself is made.
        unfinished.unlink(missing_ok=True)


def _noted(part: Part) -> Path:
    return Path(settings.DATA_DIR) / f"last-backup-{part}"


def _remember(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plainly(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "the disk does not take it"
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
