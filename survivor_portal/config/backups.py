"""Reads where backups go and where the operator's own monitoring may ask, and refuses what is not fit."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stewardship:
    """`metrics`: the address and port of the operator's own door, None where there is none."""

    backups: Path | None = None
    keys_backups: Path | None = None
    metrics: tuple[str, int] | None = None


NONE = Stewardship()


def read(environ: Mapping[str, str], apart: Mapping[str, Path], problems: list[str]) -> Stewardship:
    """What the environment says. `apart` names folders in which no backup may lie, nor they in it."""
    found = {name: _folder(environ, name, apart, problems) for name in ("BACKUP_DIR", "KEYS_BACKUP_DIR")}
    return Stewardship(found["BACKUP_DIR"], found["KEYS_BACKUP_DIR"], _metrics(environ, problems))


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
