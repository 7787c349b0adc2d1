"""Makes every secret a new site needs, each in a file of its own that only its owner reads.

What is there already stays as it is: over a key that is in use nothing may ever be written.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from survivor_portal import seals

SECRET_KEY, INDEX_KEY, AUTO_KEY, DKIM_KEY = "secret-key", "index-key", "auto-key", "dkim-key"
# What goes with the last two and is not secret.
AUTO_PUBLIC, DKIM_PUBLIC = "auto-public", "dkim-public"


@dataclass(frozen=True, slots=True)
class Made:
    """Names of the files that were made, and of those that were there; what is public stands in `public`."""

    new: tuple[str, ...]
    there: tuple[str, ...]
    public: tuple[str, ...]


def make(folder: Path) -> Made:
    """Make what is missing in this folder; nothing is left half written. Raises OSError."""
    new: list[str] = []
    there: list[str] = []
    for name in (SECRET_KEY, INDEX_KEY):
        made = _write(folder / name, secrets.token_urlsafe(64))
        (new if made else there).append(name)
    pair = seals.new_pair()
    pem, record = seals.new_mail_key()
    for name, secret, beside, public in (
        (AUTO_KEY, pair.secret.hex(), AUTO_PUBLIC, f"AUTO_PUBLIC_KEY={pair.public.hex()}"),
        (DKIM_KEY, pem, DKIM_PUBLIC, f"v=DKIM1; k=rsa; p={record}"),
    ):
        if (folder / name).exists():
            there.append(name)
            continue
        # The public half first: were we stopped now, the next run would replace it.
        _write(folder / beside, public, 0o444, over=True)
        made = _write(folder / name, secret)
        (new if made else there).append(name)
    lines = [_read(folder / name) for name in (AUTO_PUBLIC, DKIM_PUBLIC)]
    return Made(tuple(new), tuple(there), tuple(line for line in lines if line))


def _write(path: Path, text: str, mode: int = 0o400, *, over: bool = False) -> bool:
    """The file is there whole or not at all. False, and nothing changed, where there is one already."""
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text.strip() + "\n")
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if over:
            path.unlink(missing_ok=True)
        # Unlike a renaming, a link never takes another file's place.
        os.link(unfinished, path)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink()
    return True


def _read(path: Path) -> str:
    return path.read_text("ascii").strip() if path.exists() else ""
