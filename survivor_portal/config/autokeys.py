"""Reads where the workers' pair is: everyone may seal to it, only a worker is given what opens it."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survivor_portal import seals

CREDENTIAL = "auto-key"
_HEX = re.compile("[0-9a-f]{64}")
_CONTEXT = b"auto-key"


@dataclass(frozen=True)
class AutoKey:
    """The public half, and the file with the secret one where this process was given it."""

    public: str = ""
    file: Path | None = None


NONE = AutoKey()


def for_development(data_dir: Path, mark: str) -> AutoKey:
    """The pair of one's own machine, made on first use."""
    folder = data_dir / "auto"
    if not folder.is_dir():
        pair = seals.new_pair()
        unfinished = data_dir / f".auto-{secrets.token_hex(8)}"
        unfinished.mkdir(mode=0o700)
        for name, text in (("public", pair.public.hex()), (CREDENTIAL, mark + pair.secret.hex())):
            handle = os.open(unfinished / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text + "\n")
        try:
            # Both halves at once: of two processes that start together one is second, and takes the first's.
            unfinished.rename(folder)
        except OSError:
            for path in unfinished.iterdir():
                path.unlink()
            unfinished.rmdir()
    return AutoKey((folder / "public").read_text("ascii").strip(), folder / CREDENTIAL)


def for_production(environ: Mapping[str, str], mark: str, problems: list[str]) -> AutoKey:
    """What the environment says. Without it nothing that needs capsules is on."""
    public = environ.get("AUTO_PUBLIC_KEY", "").strip()
    credentials = environ.get("CREDENTIALS_DIRECTORY", "")
    named = environ.get("AUTO_KEY_FILE", "")
    if not named and credentials and (Path(credentials) / CREDENTIAL).exists():
        named = f"{credentials}/{CREDENTIAL}"
    if named and Path(environ.get("KEYS_SOCKET", "")).name == "web":
        # The sockets are named by who may ask there. Whoever opens cases must not open capsules as well.
        problems.append("AUTO_KEY_FILE is for workers only, and KEYS_SOCKET is that of the pages")
    if public and not _HEX.fullmatch(public):
        problems.append("AUTO_PUBLIC_KEY must be 64 digits of 0-9 and a-f")
    elif named and not public:
        problems.append("AUTO_PUBLIC_KEY is missing")
    elif named:
        _check(Path(named), public, mark, credentials, problems)
    return AutoKey(public, Path(named) if named else None)


def _check(path: Path, public: str, mark: str, credentials: str, problems: list[str]) -> None:
    try:
        text, mode = path.read_text("ascii").strip(), stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError):
        problems.append("the file AUTO_KEY_FILE names cannot be read")
        return
    if mode & 0o077 and not (credentials and path.is_relative_to(credentials)):
        problems.append("the file AUTO_KEY_FILE names may be read by others (chmod 0400)")
    if text.startswith(mark):
        problems.append("the key in the file AUTO_KEY_FILE names was made for development")
    elif not _HEX.fullmatch(text) or not _belong_together(text, public):
        problems.append("the key in the file AUTO_KEY_FILE names does not belong to AUTO_PUBLIC_KEY")


def _belong_together(secret: str, public: str) -> bool:
    sealed = seals.seal_to(bytes.fromhex(public), b"", context=_CONTEXT)
    try:
        return seals.open_sealed(bytes.fromhex(secret), sealed, context=_CONTEXT) == b""
    except seals.WrongKey:
        return False
