"""Copies one database out to a file and back in: SQLite by its own backup, PostgreSQL by pg_dump."""

import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

# Rows that open only with a cookie and end within hours. A copy that lives for a month must not hold them.
NEVER_COPIED = (
    "visits_visit",
    "cases_unlocked",
    "advocates_atdesk",
    "advocates_remembered",
    "django_session",
)
_PROGRAMS = Path("/usr/lib/postgresql")
_LOCKED = re.compile("locked|busy")
# Three seconds in all, in steps that grow: seconds.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.75, 1.5)


class NotCopied(Exception):
    """The copy was not made, or not put back; the message says why in plain words, and names no content."""


class InUse(Exception):
    """Somebody else has the database open."""


def file_name(alias: str) -> str:
    """What a copy of this database is called."""
    return f"{'site' if alias == 'default' else alias}.{'sqlite3' if _is_sqlite(alias) else 'dump'}"


def copy_out(alias: str, target: Path) -> None:
    """A copy of a database that is in use, whole and of one moment. Raises NotCopied."""
    target.touch(0o600)
    if _is_sqlite(alias):
        _sqlite_out(alias, target)
    else:
        empty = [f"--exclude-table-data={table}" for table in NEVER_COPIED]
        _run(alias, ["pg_dump", "--format=custom", "--no-password", f"--file={target}", *empty])


def put_back(alias: str, source: Path) -> None:
    """Replace all that is in a database by the copy; all of it or nothing. Raises InUse, NotCopied."""
    if is_in_use(alias):
        raise InUse
    connections[alias].close()
    if _is_sqlite(alias):
        _sqlite_back(alias, source)
    else:
        _postgres_back(alias, source)


def is_in_use(alias: str) -> bool:
    """Has anybody but this process the database open?"""
    if not _is_sqlite(alias):
        return _others_stay(alias)
    connections[alias].close()
    if not _path(alias).exists():
        return False
    try:
        _alone(alias).close()
    except InUse:
        return True
    except sqlite3.DatabaseError:
        # No database any more; whoever has it open cannot be asked. The lock of the processes is.
        return False
    return False


def _others_stay(alias: str) -> bool:
    """Is somebody else connected, and still so after a while?

    The server needs a moment to end what has hung up: who stopped the site just now is not refused.
    """
    for pause in (*_PAUSES, None):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if cursor.fetchone()[0] == 0:
                return False
        if pause is not None:
            time.sleep(pause)
    return True


def _sqlite_out(alias: str, target: Path) -> None:
    try:
        source = sqlite3.connect(f"file:{_path(alias)}?mode=ro", uri=True, timeout=30)
        with closing(source), closing(sqlite3.connect(target, isolation_level=None)) as copy:
            source.backup(copy)
            # No journal: it would hold for a moment what is taken out here.
            copy.execute("PRAGMA journal_mode=OFF")
            copy.execute("PRAGMA secure_delete=ON")
            there = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in NEVER_COPIED:
                if table in there:
                    copy.execute(f"DELETE FROM {table}")  # noqa: S608
            if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise NotCopied("the copy is damaged, and so may be the database")
    except sqlite3.Error as error:
        raise NotCopied(str(error)) from None


def _sqlite_back(alias: str, source: Path) -> None:
    try:
        try:
            live = _alone(alias)
        except sqlite3.DatabaseError:
            # What lies there is no database any more: nothing can be written into it.
            for path in (_path(alias), *_path(alias).parent.glob(f"{_path(alias).name}-*")):
                path.unlink(missing_ok=True)
            live = _alone(alias)
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy, closing(live):
            # One transaction: killed in the middle, the old one is there again.
            copy.backup(live)
        _path(alias).chmod(0o600)
    except sqlite3.Error as error:
        raise NotCopied(str(error)) from None


def _alone(alias: str) -> sqlite3.Connection:
    """A connection that nobody else has beside it. Raises InUse, sqlite3.DatabaseError."""
    connection = sqlite3.connect(_path(alias), isolation_level=None, timeout=1)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        # A write-ahead log can be left only by the last one.
        if connection.execute("PRAGMA journal_mode=DELETE").fetchone() != ("delete",):
            raise InUse
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        connection.close()
        if _LOCKED.search(str(error)):
            raise InUse from None
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _postgres_back(alias: str, source: Path) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [connections[alias].ops.quote_name(name) for (name,) in cursor.fetchall()]
    connections[alias].close()
    # Not beside the backup: that may lie where nothing can be written.
    script = Path(settings.DATA_DIR) / f".{source.name}.sql"
    try:
        drop = f"DROP TABLE {', '.join(tables)} CASCADE;\n" if tables else ""
        script.touch(0o600)
        _run(alias, ["pg_restore", "--no-owner", f"--file={script}", str(source)], connect=False)
        _run(
            alias,
            [
                "psql", "--no-psqlrc", "--quiet", "--no-password", "--single-transaction",
                "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse",
                "--set=SHOW_CONTEXT=never",
                f"--command={drop or 'SELECT 1'}", f"--file={script}",
            ],
        )  # fmt: skip
    finally:
        script.unlink(missing_ok=True)


def _run(alias: str, command: list[str], *, connect: bool = True) -> None:
    program = _program(command[0])
    given = _connection(alias) if connect else {}
    try:
        done = subprocess.run(  # noqa: S603
            [program, *command[1:]],
            env={**os.environ, **given},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise NotCopied(
            f"{command[0]} is not installed (Debian: apt-get install postgresql-client)"
        ) from None
    if done.returncode:
        # What a row held can stand below the first line.
        said = done.stderr.strip().splitlines()
        raise NotCopied(said[0][:300] if said else f"{command[0]} ended with {done.returncode}")


def _connection(alias: str) -> Mapping[str, str]:
    """How PostgreSQL's own programs are told where to go. A password stands in no command line."""
    of: dict[str, Any] = connections[alias].settings_dict
    options = of.get("OPTIONS") or {}
    given = {
        "PGHOST": of["HOST"], "PGPORT": str(of["PORT"]), "PGDATABASE": of["NAME"], "PGUSER": of["USER"],
        "PGPASSWORD": of["PASSWORD"], "PGSSLMODE": str(options.get("sslmode", "")),
    }  # fmt: skip
    return {name: value for name, value in given.items() if value} | {"PGCONNECT_TIMEOUT": "10"}


def _program(name: str) -> str:
    """Debian keeps those of each version in a folder; the newest can copy from every older one."""
    found = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else name


def _is_sqlite(alias: str) -> bool:
    return connections[alias].vendor == "sqlite"


def _path(alias: str) -> Path:
    return Path(connections[alias].settings_dict["NAME"])
