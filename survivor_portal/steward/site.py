"""Looks at the site: its tables, what is due, facts that grow old, backups, keys, and what was promised."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from survivor_portal import counts, directory
from survivor_portal.cases import flood as cases_flood
from survivor_portal.cases import opening
from survivor_portal.counts import State
from survivor_portal.keystore import away, backed, holder
from survivor_portal.keystore.rotation import EVERY, OLDEST_KEPT
from survivor_portal.slips import standing
from survivor_portal.steward import backups, unfinished
from survivor_portal.steward.backups import NotABackup, Part
from survivor_portal.steward.findings import Finding, broken, fine, graded, in_words, look

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A worker looks every other second, and the shortest regular work is due each minute.
NO_WORKER = timedelta(minutes=3)
LATE_LOOK, LATE_BROKEN = timedelta(minutes=10), 2 * HOUR
BACKUP_LOOK = {Part.site: 26 * HOUR, Part.keys: 12 * HOUR}
BACKUP_BROKEN = {Part.site: 8 * DAY, Part.keys: 2 * DAY}
REVIEW_LOOK = 365 * DAY


def tables(_: datetime) -> Iterator[Finding]:
    """Are both databases there, and their tables those of this program?"""
    for part in backups.parts_here():
        name = f"database {part}"
        try:
            executor = MigrationExecutor(connections[part.alias])
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            yield broken(name, "It does not answer.", "Start its server; see its own log.")
            continue
        if plan:
            yield broken(
                name,
                f"{len(plan)} changes to its tables are missing.",
                f"`manage.py migrate --database {part.alias}`; `manage.py up` does it at each start.",
            )
        else:
            yield fine(name, "It answers, and its tables are those of this program.")


def restore(_: datetime) -> Iterator[Finding]:
    """A restore that ended halfway."""
    if unfinished.is_marked():
        yield broken("restore", "One was begun and not finished.", unfinished.SAYS.partition(". ")[2])


def workers(now: datetime) -> Iterator[Finding]:
    """Does anybody do what is due?"""
    late = standing.regular_late(now)
    if late is None:
        yield look("workers", "None has looked yet.", "`manage.py work`, or `up` without `--jobs 0`.")
    elif late >= NO_WORKER:
        yield broken(
            "workers",
            f"Nobody has done what is due for {in_words(late)}.",
            "Start one: `manage.py work`. Until then nothing is deleted, sent or taken in.",
        )
    else:
        yield fine("workers", "They look and do what is due.")


def queue(now: datetime) -> Iterator[Finding]:
    """What is late, and what was given up."""
    lines = standing.lines(now)
    oldest = min((line.oldest_due_at for line in lines if line.oldest_due_at), default=None)
    late = now - oldest if oldest else timedelta()
    due = sum(line.due for line in lines)
    says = f"{due} things are due, the oldest since {in_words(late)}." if due else "Nothing waits."
    yield graded(
        "queue", late, says, "See `manage.py slips`. If workers run, start more of them (`--processes`).",
        look_from=LATE_LOOK, broken_from=LATE_BROKEN,
    )  # fmt: skip
    if dead := {line.kind: line.dead for line in lines if line.dead}:
        listed = ", ".join(f"{kind} {count}" for kind, count in dead.items())
        yield look(
            "given up",
            f"Tried fourteen times and given up: {listed}.",
            "Look in the log why; mend it; then `manage.py slips --retry KIND`.",
        )


def facts(now: datetime) -> Iterator[Finding]:
    """Addresses and laws that nobody has looked at for long."""
    try:
        rows = {section.name: len(section.rows) for section in directory.report(now.date())}
        wrong = len(directory.check())
    except directory.DirectoryError as error:
        rows, wrong = {}, len(error.problems)
    if wrong:
        yield broken("directory", f"{wrong} records do not hold together.", "`manage.py directory_report`.")
    elif old := rows.get("stale", 0):
        yield look(
            "directory",
            f"{old} facts are old: an address may lead nowhere.",
            "`manage.py directory_report` names them; check each and write the day into its file.",
        )
    else:
        yield fine("directory", "Every fact was checked in time.")


def keys(now: datetime) -> Iterator[Finding]:
    """The keys of the days, and whether they fit the rows."""
    if not settings.CASES_OPEN:
        yield fine("keys", "No cases are kept here.")
        return
    try:
        stands = holder.standing()
    except away.NotNow:
        says = "The key process does not answer: no case opens."
        yield broken("keys", says, "Start it (`manage.py keys`), and see its log; docs/keys.md.")
        return
    if stands.alarm_at is not None and now - stands.alarm_at < DAY:
        yield look(
            "keys",
            f"More keys were asked for than are given out, {in_words(now - stands.alarm_at)} ago.",
            "Either the site has grown (KEYS_A_MINUTE), or somebody is copying it; docs/keys.md.",
        )
    if stands.made_at is None:
        yield broken(
            "keys", "There is no key of the day: no case can be kept or opened.", "See docs/operating.md."
        )
        return
    if stands.lost:
        yield broken(
            "keys",
            f"{stands.lost} keys of past days are missing, and cases are still under them.",
            "Put the folder EPOCH_DIR back from your copy, at once; see docs/operating.md.",
        )
    age = now - stands.made_at
    if age < -HOUR:
        yield look("keys", "The key of the day is from the future.", "See `clock`.")
    else:
        yield graded(
            "keys", age, f"The key of the day is {in_words(age)} old.",
            "A worker turns it; see `workers`. By hand: `manage.py rotate_epoch`. "
            "Until it turns, what was deleted can still be opened from old backups.",
            look_from=EVERY + 2 * HOUR, broken_from=OLDEST_KEPT,
        )  # fmt: skip
    if opening.keys_are_elsewhere():
        yield broken(
            "keys",
            "The database of keys holds the key of none of the cases.",
            "It is empty, or another's. Put back the right one: `manage.py restore`.",
        )


def copies(now: datetime) -> Iterator[Finding]:
    """How old the last backups are, and whether they could be put back."""
    for part in Part:
        name = f"backup {part}"
        do = f"`manage.py backup --only {part}`, and let a timer do it; see docs/operating.md."
        if settings.BACKUPS_BY_ITSELF:
            do = f"A worker makes them; see `workers` and `disk`. By hand: `manage.py backup --only {part}`."
        last = backups.newest(part)
        if last is None:
            yield look(name, "None is known on this machine.", do)
            continue
        if why := _not_restorable(last):
            yield look(name, why, do)
            continue
        age = now - last.made_at
        says = f"The last one is {in_words(age)} old."
        yield graded(name, age, says, do, look_from=BACKUP_LOOK[part], broken_from=BACKUP_BROKEN[part])
        if settings.BACKUPS_BY_ITSELF and part is Part.site:
            yield _place(last)


def copying(now: datetime) -> Iterator[Finding]:
    """On a small site a worker makes the backups: did the last try work out?"""
    if settings.BACKUPS_BY_ITSELF and any(
        line.kind == "backup" and line.failing for line in standing.lines(now)
    ):
        yield look(
            "backup",
            "The worker tried to make one and could not. Older ones are as they were.",
            "`manage.py backup --due` says why; see `disk`. The worker tries again by itself.",
        )


def _place(last: backups.Backup) -> Finding:
    """On one disk, a backup helps against a mistake and not against a broken disk."""
    if _disk_of(last.folder) != _disk_of(Path(settings.DATA_DIR)):
        return fine("backup place", "They lie on another disk than the data.")
    says = "They lie on the same disk as the data: when it breaks, both are gone."
    if not last.folder.resolve().is_relative_to(Path(settings.DATA_DIR).resolve()):
        # Somebody chose the place, and may bring them elsewhere from there.
        return fine("backup place", says)
    return look(
        "backup place", says, "Set BACKUP_DIR to a folder on another disk; see docs/operating.md, 'Backup'."
    )


def _disk_of(path: Path) -> int:
    return path.stat().st_dev


def _not_restorable(last: backups.Backup) -> str:
    try:
        manifest = backups.read(last.folder)
    except NotABackup:
        return "The last one cannot be read."
    # Its checksum is not read here: that takes as long as the backup did.
    if any(not (last.folder / name).is_file() for name in manifest.files):
        return "The last one has lost a file."
    here = last.part is Part.keys and not settings.KEYS_SOCKET
    if here and set(manifest.epochs) - backed.epochs_at_hand():
        return "The last one can be opened no more: its keys of the days are destroyed."
    return ""


def shared_counts(_: datetime) -> Iterator[Finding]:
    """Do the web processes count tries together, where they are to?"""
    match counts.state():
        case State.alone:
            yield fine("counts", "Each web process counts tries for itself, as the settings say.")
        case State.shared:
            yield fine("counts", "The web processes count tries together.")
        case State.on_disk:
            yield look(
                "counts",
                "The Redis of the counts writes down what it is told.",
                'Give the counts a Redis of their own: `save ""`, `appendonly no`.',
            )
        case State.apart:
            yield look(
                "counts",
                "The Redis of the counts does not answer: each web process counts for itself.",
                "Start it; until then somebody who guesses gets more tries.",
            )


def flood(now: datetime) -> Iterator[Finding]:
    """Is somebody trying codes without end? Seen only where the counts are shared."""
    if counts.state() in (State.shared, State.on_disk) and cases_flood.is_on(now):
        yield look(
            "flood",
            "Far more tries in vain than usual come in just now.",
            "The site asks one thing more and closes cases sooner, by itself. Look at the proxy.",
        )


def reviews(now: datetime) -> Iterator[Finding]:
    """When a lawyer last looked at it."""
    old = {what: day for what, day in settings.REVIEWED_ON.items() if now.date() - day >= REVIEW_LOOK}
    if old:
        listed = ", ".join(f"{what} {day.isoformat()}" for what, day in sorted(old.items()))
        yield look(
            "legal review", f"Over a year ago: {listed}.", "See docs/operator-duties.md; set the new day."
        )
    elif settings.REVIEWED_ON:
        yield fine("legal review", "Less than a year ago.")


def kind_of_site(_: datetime) -> Iterator[Finding]:
    """Is this a site for real people?"""
    if settings.COOKIES_SECURE:
        yield fine("settings", "They are those of a site for real people.")
    else:
        yield look(
            "settings",
            "They are those of one's own machine: keys made by itself, no TLS, no legal review.",
            "Nobody in need may use it. README.md, 'Run it for real'.",
        )
