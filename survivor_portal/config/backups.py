"""Reads where backups go and where the operator's own monitoring may ask, and refuses what is not fit."""

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from survivor_portal.config import stores
from survivor_portal.config.stores import Store

# The ledger of what was deleted reaches back further than any copy, and no further.
LONGEST_KEPT = 30
KEPT_BY_ITSELF = 7
# In the data folder, where no other place is named.
FOLDER = "backups"


@dataclass(frozen=True)
class Stewardship:
    """`metrics`: the address and port of the operator's own door, None where there is none."""

    backups: Path | None = None
    keys_backups: Path | None = None
    # Does a worker make them? Only where it reaches both databases, on a small site.
    by_itself: bool = False
    # On so many days there is one of the site; those of keys have a limit of their own.
    kept: int = LONGEST_KEPT
    metrics: tuple[str, int] | None = None
    # What a lawyer looked at, and on which day.
    reviewed_on: Mapping[str, date] = field(default_factory=dict)


NONE = Stewardship()


@dataclass(frozen=True)
class Steward:
    """What the operator's own commands are told on a larger site. A backup needs one store, a restore all."""

    data_dir: Path
    cases: Store | None
    keys: Store | None
    epoch_dir: Path = Path()
    index_key: str = field(repr=False, default="")
    places: Stewardship = NONE


def read(
    environ: Mapping[str, str], apart: Mapping[str, Path], problems: list[str], own: Path | None = None
) -> Stewardship:
    """What the environment says. `apart` names folders in which no backup may lie, nor they in it; `own` is
    the data folder of a small site, which makes its backups by itself."""
    by_itself = _by_itself(environ, own is not None, problems)
    found = {name: _folder(environ, name, apart, problems) for name in ("BACKUP_DIR", "KEYS_BACKUP_DIR")}
    if by_itself and own is not None and found["BACKUP_DIR"] is None:
        found["BACKUP_DIR"] = own / FOLDER
    return Stewardship(
        found["BACKUP_DIR"],
        found["KEYS_BACKUP_DIR"],
        by_itself,
        _kept(environ, KEPT_BY_ITSELF if by_itself else LONGEST_KEPT, problems),
        _metrics(environ, problems),
        _reviewed_on(environ),
    )


def for_steward(
    environ: Mapping[str, str], data_dir: Path, epoch_dir: Path, index_key: str, problems: list[str]
) -> Steward:
    """What the environment says. Which of it a command needs, it says itself."""
    found = {
        prefix: stores.store(environ, prefix, url, problems) if url else None
        for prefix in ("DATABASE", "KEYS_DATABASE")
        for url in (environ.get(f"{prefix}_URL", "").strip(),)
    }
    if not any(found.values()):
        problems.append("DATABASE_URL or KEYS_DATABASE_URL is missing")
    if environ.get("KEYS_SOCKET"):
        problems.append("KEYS_SOCKET is for processes that ask for keys one by one")
    return Steward(
        data_dir,
        found["DATABASE"],
        found["KEYS_DATABASE"],
        epoch_dir,
        index_key,
        read(environ, {"EPOCH_DIR": epoch_dir}, problems),
    )


def _reviewed_on(environ: Mapping[str, str]) -> dict[str, date]:
    """Each day that is named. Whether it must be, and whether it is a day, others say."""
    days = {}
    for name, value in environ.items():
        if name.endswith("_REVIEWED_ON") and value.strip():
            what = name.removesuffix("_REVIEWED_ON").lower().replace("_", " ")
            with suppress(ValueError):
                days[what] = date.fromisoformat(value.strip())
    return days


def _folder(
    environ: Mapping[str, str], name: str, apart: Mapping[str, Path], problems: list[str]
) -> Path | None:
    value = environ.get(name, "").strip()
    if not value:
        return None
    path = Path(value)
    if not path.is_absolute():
        problems.append(f"{name} must be a full path")
        return path
    for what, other in apart.items():
        place, there = path.resolve(), other.resolve()
        if other != Path() and (place.is_relative_to(there) or there.is_relative_to(place)):
            problems.append(f"{name} and {what} must not lie in one another")
    return path


def _by_itself(environ: Mapping[str, str], is_small: bool, problems: list[str]) -> bool:
    said = environ.get("BACKUPS_BY_ITSELF", "").strip().lower()
    if said not in ("", "yes", "no"):
        problems.append("BACKUPS_BY_ITSELF must be yes or no")
    elif said == "yes" and not is_small:
        problems.append(
            "BACKUPS_BY_ITSELF is for a site without DATABASE_URL; timers do it here (deploy/systemd)"
        )
    return is_small and said != "no"


def _kept(environ: Mapping[str, str], default: int, problems: list[str]) -> int:
    said = environ.get("BACKUPS_KEPT", "").strip() or str(default)
    if not (said.isascii() and said.isdecimal() and 1 <= int(said[:4]) <= LONGEST_KEPT):
        problems.append(f"BACKUPS_KEPT must be a whole number of days from 1 to {LONGEST_KEPT}")
        return default
    return int(said)


def _metrics(environ: Mapping[str, str], problems: list[str]) -> tuple[str, int] | None:
    port, bind = environ.get("METRICS_PORT", "").strip(), environ.get("METRICS_BIND", "").strip()
    if not port:
        if bind:
            problems.append("METRICS_BIND is of no use without METRICS_PORT")
        return None
    if not (port.isascii() and port.isdecimal() and 1 <= int(port[:6]) <= 65535):
        problems.append("METRICS_PORT must be a whole number from 1 to 65535")
        return None
    try:
        address = ipaddress.ip_address(bind or "127.0.0.1")
    except ValueError:
        problems.append("METRICS_BIND must be an address such as 127.0.0.1")
        return None
    if address.is_unspecified or address.is_global:
        problems.append("METRICS_BIND must be an address of the operator's own network")
    return str(address), int(port)
