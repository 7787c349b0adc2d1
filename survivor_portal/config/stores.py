"""Reads which PostgreSQL clusters a larger site uses, and where its keys are asked for.

A small site has two files instead. On a larger one the second cluster, with the keys, is for the key process
only: whoever else reached it could take every key at once, uncounted.
"""

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

SHORTEST_PASSWORD = 16
FEWEST_DIFFERENT_CHARACTERS = 8

_DEFAULT = re.compile(
    r"((postgres|password|passwort|changeme|secret|admin|root|test|site|keys|cases)"
    r"[\W\d_]*)+",
    re.IGNORECASE,
)

# What a process of the site must not be given where a key process holds the keys.
FOR_THE_KEY_PROCESS = ("KEYS_DATABASE_URL", "KEYS_DATABASE_PASSWORD_FILE", "EPOCH_DIR")


@dataclass(frozen=True)
class Store:
    """One database of a PostgreSQL cluster. `host` is a name, an address, or the folder of a socket."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False, default="")
    sslmode: str = ""

    @property
    def is_near(self) -> bool:
        """Does nothing of it cross a wire?"""
        return self.host.startswith("/") or self.host in ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Site:
    """Where the cases are, and the socket at which this process asks for keys."""

    cases: Store
    keys_socket: str


def read(environ: Mapping[str, str], problems: list[str]) -> Site | None:
    """What the environment says; None for the two files of a small site."""
    url, where = (environ.get(name, "").strip() for name in ("DATABASE_URL", "KEYS_SOCKET"))
    if not url and not where:
        for name in FOR_THE_KEY_PROCESS[:2]:
            if environ.get(name):
                problems.append(f"{name} is for the key process only, and DATABASE_URL is missing")
        return None
    for name in FOR_THE_KEY_PROCESS:
        if environ.get(name):
            problems.append(f"{name} is for the key process only")
    if not url or not where:
        problems.append("DATABASE_URL and KEYS_SOCKET belong together")
        return None
    if not where.startswith("/"):
        problems.append("KEYS_SOCKET must be a full path")
    cases = store(environ, "DATABASE", url, problems)
    return Site(cases, where) if cases else None


def store(environ: Mapping[str, str], prefix: str, url: str, problems: list[str]) -> Store | None:
    """The database of `<prefix>_URL`, with its password; what is not fit goes to `problems`."""
    name = f"{prefix}_URL"
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
        more = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        parts, port, more = urlsplit(""), 0, {}
    host, database = parts.hostname or more.pop("host", ""), parts.path.strip("/")
    if parts.scheme != "postgresql" or not (host and database and parts.username):
        problems.append(f"{name} must look like postgresql://user@host:5432/database")
        return None
    if parts.password:
        problems.append(f"{name} must hold no password; {prefix}_PASSWORD_FILE names a file with it")
    sslmode = more.pop("sslmode", "")
    if more:
        problems.append(f"{name} has a part that is not known: {', '.join(sorted(more))}")
    secret = password(environ, f"{prefix}_PASSWORD_FILE", problems)
    found = Store(host, port, database, parts.username, secret, sslmode)
    if not found.is_near and sslmode != "verify-full":
        problems.append(f"{name} crosses a wire and must end with ?sslmode=verify-full")
    return found


def password(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    """The password in that file, which only its owner may read; "" where the system says who we are."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    named = environ.get(name, "")
    if not named:
        return ""
    path = Path(named)
    try:
        secret, mode = path.read_text("utf-8").strip(), stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError):
        problems.append(f"the file {name} names cannot be read")
        return ""
    if mode & 0o077 and not (folder and path.is_relative_to(folder)):
        problems.append(f"the file {name} names may be read by others (chmod 0400)")
    if len(secret) < SHORTEST_PASSWORD:
        problems.append(
            f"the password in the file {name} names is shorter than {SHORTEST_PASSWORD} characters"
        )
    elif _DEFAULT.fullmatch(secret) or len(set(secret)) < FEWEST_DIFFERENT_CHARACTERS:
        problems.append(f"the password in the file {name} names is one that anybody guesses")
    return secret
