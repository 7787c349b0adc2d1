"""Reads what the key process is told: its database, the keys of the days, and who may ask it.

It is given no other secret of the site, and no other process is given these.
"""

import os
import pwd
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survivor_portal.config import stores
from survivor_portal.config.stores import Store

MOST_A_MINUTE = 3000
# Each of these opens something the key process has no part in.
_OF_OTHERS = ("DATABASE_URL", "SECRET_KEY_FILE", "INDEX_KEY_FILE", "AUTO_KEY_FILE", "KEYS_SOCKET")
_ROLES = ("web", "worker", "operator")


@dataclass(frozen=True)
class KeyProcess:
    """All the key process knows. `users`: the numbers of the users who may ask, by what they may ask as."""

    store: Store
    epoch_dir: Path
    folder: Path
    users: Mapping[str, frozenset[int]]
    a_minute: int = MOST_A_MINUTE


def read(environ: Mapping[str, str], house: Path, mark: str, problems: list[str]) -> KeyProcess | None:
    """What the environment says. What is missing or not fit goes to `problems`; then it may be None."""
    for name in _OF_OTHERS:
        if environ.get(name):
            problems.append(f"{name} is not for the key process")
    given = {
        name: environ.get(name, "").strip() for name in ("KEYS_DATABASE_URL", "EPOCH_DIR", "KEYS_FOLDER")
    }
    problems.extend(f"{name} is missing" for name, value in given.items() if not value)
    store = (
        stores.store(environ, "KEYS_DATABASE", given["KEYS_DATABASE_URL"], problems)
        if all(given.values())
        else None
    )
    folder = _folder(given["KEYS_FOLDER"], problems)
    epochs = epoch_dir(
        given["EPOCH_DIR"], (house, folder) if given["KEYS_FOLDER"] else (house,), mark, problems
    )
    users = {role: _users(environ, role, problems) for role in _ROLES}
    if users["web"] & users["worker"]:
        # A worker that may connect as the web can open every case.
        problems.append("KEYS_WEB_USERS and KEYS_WORKER_USERS name the same user")
    a_minute = environ.get("KEYS_A_MINUTE", "").strip() or str(MOST_A_MINUTE)
    if not (a_minute.isascii() and a_minute.isdecimal() and 1 <= int(a_minute[:9]) <= 1_000_000):
        problems.append("KEYS_A_MINUTE must be a whole number from 1 to 1000000")
        return None
    return KeyProcess(store, epochs, folder, users, int(a_minute)) if store else None


def _users(environ: Mapping[str, str], role: str, problems: list[str]) -> frozenset[int]:
    name = f"KEYS_{role.upper()}_USERS"
    found = set()
    for user in re.split(r"[,\s]+", environ.get(name, "").strip()):
        if not user:
            continue
        try:
            found.add(int(user) if user.isdecimal() else pwd.getpwnam(user).pw_uid)
        except KeyError:
            problems.append(f"{name} names a user this system does not know")
    if not found and role != "operator":
        problems.append(f"{name} is missing")
    return frozenset(found)


def _folder(value: str, problems: list[str]) -> Path:
    path = Path(value)
    if not value:
        return path
    if not path.is_absolute() or not path.is_dir() or not os.access(path, os.W_OK):
        problems.append("the folder KEYS_FOLDER names does not exist or cannot be written")
    elif stat.S_IMODE(path.stat().st_mode) & 0o007:
        problems.append("the folder KEYS_FOLDER names may be entered by others (chmod 0750)")
    return path


def epoch_dir(value: str, apart: Sequence[Path], mark: str, problems: list[str]) -> Path:
    """The folder with the keys of the days: apart from the data, so that no backup holds both.

    It may lie in none of `apart`; a key that begins with `mark` was made for trying out.
    """
    path = Path(value)
    if not value:
        return path
    if not path.is_absolute() or not path.is_dir() or not os.access(path, os.W_OK):
        problems.append("the folder EPOCH_DIR names does not exist or cannot be written")
        return path
    if any(path.resolve().is_relative_to(other.resolve()) for other in apart):
        problems.append("EPOCH_DIR lies inside DATA_DIR, KEYS_FOLDER or the program's own folder")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        problems.append("the folder EPOCH_DIR names may be read by others (chmod 0700)")
    for key in path.glob("epoch-*"):
        try:
            text = key.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
        if text.startswith(mark):
            problems.append("a key in EPOCH_DIR was made for development")
        elif not key.suffix and not re.fullmatch("[0-9a-f]{64}", text):
            problems.append("a key in EPOCH_DIR is not one")
        if stat.S_IMODE(key.stat().st_mode) & 0o077:
            problems.append("a key in EPOCH_DIR may be read by others (chmod 0600)")
    return path
