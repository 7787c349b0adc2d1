"""Reads which certificate our own door for mail shows, where no mail server stands in front of it."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survivor_portal import seals

CERT, KEY = "MAIL_IN_CERT_FILE", "MAIL_IN_KEY_FILE"


@dataclass(frozen=True)
class Certificate:
    """Two files in PEM form: the certificate with those above it, and the key that fits. Both may change."""

    cert: Path
    key: Path


def read(environ: Mapping[str, str], kind: str, problems: list[str]) -> Certificate | None:
    """What the environment names for a door of this `kind`; what is amiss goes to `problems`.

    Only the process that opens the door is given it: nobody else may read the key.
    """
    cert, key = (environ.get(name, "").strip() for name in (CERT, KEY))
    if not cert and not key:
        return None
    if not (cert and key):
        problems.append(f"{CERT} and {KEY} belong together")
        return None
    found = Certificate(Path(cert), Path(key))
    if kind != "smtp":
        problems.append(f"{CERT} needs a MAIL_IN that begins with smtp://")
    away = [name for name, path in ((CERT, found.cert), (KEY, found.key)) if not os.access(path, os.R_OK)]
    problems.extend(f"the file {name} names cannot be read" for name in away)
    if away:
        return found
    if stat.S_IMODE(found.key.stat().st_mode) & 0o077:
        problems.append(f"the file {KEY} names may be read by others (chmod 0400)")
    try:
        seals.door_context(found.cert, found.key)
    except seals.NoCertificate:
        problems.append(f"{CERT} and {KEY} name no certificate and its own key, in PEM form and not locked")
    return found
