"""Puts backups back so that nothing deleted comes to life, nothing leaves twice, and all the living open."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from survivor_portal.advocates import upkeep as desks
from survivor_portal.cases import access, departures, ending, ledger, restored
from survivor_portal.cases.ledger import Ended, Ledger
from survivor_portal.correspondence import leaving
from survivor_portal.followups import reminders
from survivor_portal.keystore import backed, capsules, epochs, holder, rotation
from survivor_portal.slips import due
from survivor_portal.steward import backups, engines, presence, unfinished
from survivor_portal.steward.backups import Manifest, NotABackup, Part


class NotRestored(Exception):
    """Nothing was changed, or a restore that was begun must be run again; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, in counts."""

    parts: tuple[Part, ...]
    as_of: datetime
    known_deleted: int
    deleted_again: int
    # Seats in teams and grants to teams.
    ended_again: int
    living: int
    kept_longer: int
    lost: int
    not_sent_again: int
    told: int
    could_ask_current: bool
    spare_copy: bool


def restore(
    folders: Sequence[Path], now: datetime, *, ledgers: Iterable[Path] = (), lose: bool = False
) -> Restored:
    """Put these backups back: one, or one of each database.

    `ledgers` are folders `deleted` of other machines. With `lose`, cases that have no key any more may go.
    Raises NotRestored, NotABackup. Ended at any point, the site does not start until it was run again.
    """
    if settings.KEYS_SOCKET or len(backups.parts_here()) < len(Part):
        raise NotRestored(
            "Both databases and EPOCH_DIR are needed for this; see docs/operating.md, 'A larger site'."
        )
    if not settings.INDEX_KEY:
        raise NotRestored("INDEX_KEY_FILE is needed: without it nobody can tell what had been deleted.")
    chosen = _chosen(folders)
    _all_are_out(chosen)
    lines, could_ask = _everything_ended(chosen, ledgers, now)
    # On the disk before anything is replaced: run again, it still knows.
    _keep(lines)
    spare = _spare_copies(chosen, now)
    unfinished.mark()
    for part, (folder, manifest) in chosen.items():
        _put_back(part, folder, manifest)
    for part in Part:
        call_command("migrate", database=part.alias, interactive=False, verbosity=0)
    if not restored.index_key_fits():
        raise NotRestored(
            "The key INDEX_KEY_FILE names is not the one of these cases: nobody could tell what had been "
            "deleted. Run this again with the right one. Until then the site does not start."
        )
    ledger.take_into_rows(lines)
    lost = restored.without_key(lines)
    if lost and not lose:
        raise NotRestored(
            f"{lost} cases would have no key and could never be opened again. Give the newest backup of keys "
            "as well (one that was made after that of the site), or say --lose to go on without them. "
            "Until then the site does not start."
        )
    return _bring_in_line(chosen, lines, now, lost=lost, could_ask=could_ask, spare=spare)


def _chosen(folders: Sequence[Path]) -> dict[Part, tuple[Path, Manifest]]:
    chosen: dict[Part, tuple[Path, Manifest]] = {}
    for folder in folders:
        manifest = backups.read(folder)
        backups.see_that_it_fits(folder, manifest)
        part = Part(manifest.part)
        if part in chosen:
            raise NotABackup(f"Two backups of {part} were given.")
        chosen[part] = (folder, manifest)
    if Part.keys in chosen:
        _keys_can_be_opened(chosen[Part.keys][1])
    return chosen


def _keys_can_be_opened(manifest: Manifest) -> None:
    try:
        missing = set(manifest.epochs) - backed.epochs_at_hand()
    except epochs.NoEpoch:
        raise NotRestored("The folder EPOCH_DIR names is not there. Nothing was changed.") from None
    if missing:
        raise NotRestored(
            "This backup of keys is too old: the keys of those days were destroyed, as they should be, and "
            "nothing in it opens any more. Nothing was changed."
        )


def _all_are_out(chosen: Iterable[Part]) -> None:
    try:
        in_use = presence.somebody_is_here() or any(engines.is_in_use(part.alias) for part in chosen)
    except DatabaseError:
        raise NotRestored("The database server does not answer. Nothing was changed.") from None
    if in_use:
        raise NotRestored("The site is running. Stop it on all machines first. Nothing was changed.")


def _everything_ended(
    chosen: dict[Part, tuple[Path, Manifest]], ledgers: Iterable[Path], now: datetime
) -> tuple[Ledger, bool]:
    """All that any ledger within reach knows, and whether what is there now could be asked."""
    lines = ledger.in_files()
    for place in ledgers:
        if not place.is_dir():
            raise NotRestored(f"{place} is no folder. Nothing was changed.")
        lines |= ledger.in_files(place)
    beside = {folder.parent for folder, _ in chosen.values()}
    beside |= {folder for folder in (settings.BACKUP_DIR, settings.KEYS_BACKUP_DIR) if folder}
    for place in sorted(beside):
        for backup in backups.found(place):
            lines |= backups.ledger_in(backup.folder)
    for folder, _ in chosen.values():
        lines |= backups.ledger_in(folder)
    if unfinished.is_marked():
        # What is there now was put there by the restore that ended halfway, and knows nothing.
        return lines, True
    try:
        lines |= ledger.in_rows()
        # What was over, or stopped halfway, and was not deleted yet.
        today = now.date()
        lines |= {ledger.blind(Ended.case, case_id): today for case_id in restored.due(now)}
    except DatabaseError:
        connections.close_all()
        return lines, False
    return lines, True


def _keep(lines: Ledger) -> None:
    """Into the files, whatever the state of the table."""
    there = ledger.in_files()
    try:
        ledger.take_into_files({name: day for name, day in lines.items() if name not in there})
    except OSError as error:
        raise NotRestored(f"The ledger cannot be written ({error.strerror}). Nothing was changed.") from None


def _spare_copies(chosen: dict[Part, tuple[Path, Manifest]], now: datetime) -> bool:
    """Back up what is about to be replaced, beside the backup that replaces it; False where that fails."""
    if unfinished.is_marked():
        # Half of it is a backup already.
        return True
    try:
        for part, (folder, _) in chosen.items():
            backups.make(part, folder.parent, now, prune=False)
    except backups.NotCopied:
        return False
    return True


def _put_back(part: Part, folder: Path, manifest: Manifest) -> None:
    try:
        engines.put_back(part.alias, folder / engines.file_name(part.alias))
    except engines.InUse:
        raise NotRestored(
            "Somebody opened the database meanwhile. Stop the site and run this again."
        ) from None
    except engines.NotCopied as why:
        raise NotRestored(
            f"The copy of {manifest.part} could not be put back: {why}. Run this again once that is mended."
        ) from None


def _bring_in_line(
    chosen: dict[Part, tuple[Path, Manifest]],
    lines: Ledger,
    now: datetime,
    *,
    lost: int,
    could_ask: bool,
    spare: bool,
) -> Restored:
    made_at = {part: datetime.fromisoformat(manifest.made_at) for part, (_, manifest) in chosen.items()}
    as_of = made_at.get(Part.site) or made_at[Part.keys]
    restored.close_all()
    desks.close_all()
    back = restored.hold_against(lines, now)
    shut_out = departures.hold_against(lines, now)
    reminders.end_again(lines.keys(), now)
    not_sent = _send_nothing_twice(now, both=len(chosen) == len(Part))
    longer = restored.keep_the_living(now) if Part.site in chosen else 0
    with suppress(access.KeysElsewhere):
        access.prepare()
    ending.sweep(now)
    capsules.sweep(now)
    if settings.CASES_OPEN:
        try:
            holder.turn(now)
        except rotation.NotRotated as why:
            raise NotRestored(f"The key of the day could not be turned: {why}") from None
    told = restored.tell_all(as_of, now) if Part.site in chosen else 0
    unfinished.unmark()
    return Restored(
        parts=tuple(chosen),
        as_of=as_of,
        known_deleted=len(lines),
        deleted_again=back,
        ended_again=shut_out,
        living=restored.count(),
        kept_longer=longer,
        lost=lost,
        not_sent_again=not_sent,
        told=told,
        could_ask_current=could_ask,
        spare_copy=spare,
    )


def _send_nothing_twice(now: datetime, *, both: bool) -> int:
    """Take back what workers hold and may have done already; how much.

    A capsule loses its key when it is done or taken back. So where one of the two databases is today's, what
    has key and content was neither. Where both come from a backup nobody can tell, and nothing is sent.
    """
    doubtful = backed.capsules() if both else backed.capsules_without_key()
    leaving.lose(doubtful, now)
    reminders.forget_lost(doubtful)
    due.cancel_about(doubtful)
    restored.take_back(doubtful)
    capsules.delete(backed.capsule_keys_without_capsule())
    return len(doubtful)
