"""Reads where mail goes out and comes in, and refuses what is not fit for a site that real people use.

Mail is off until MAIL_OUT is given. Letters go by mail only where answers can come in as well (MAIL_IN): an
address nobody listens to would lose them.
"""

import ipaddress
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from survivor_portal.config import autokeys, certificates
from survivor_portal.config.certificates import Certificate

CREDENTIAL = "dkim-key"
PASSWORD_CREDENTIAL = "mail-out-password"  # noqa: S105
SHORTEST_PASSWORD = 16
# RFC 8301 section 3.2: signers should use at least 2048 bits.
FEWEST_BITS = 2048
_SCHEMES = {"smtp": ("", 25), "smtps": ("tls", 465), "smtp+starttls": ("starttls", 587)}
_LISTENS = ("smtp", "lmtp")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_LOCAL = re.compile(r"[A-Za-z0-9_+=-]+(?:\.[A-Za-z0-9_+=-]+)*")
_LONGEST_ADDRESS = 200
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NEAR = ("localhost", "127.0.0.1", "::1")
_TRIAL_DOMAIN = "mail.trial.example"
_TRIAL_IN = "smtp://127.0.0.1:2525"


@dataclass(frozen=True)
class MailOut:
    """The server that takes what we send. `tls`: "tls" from the first byte, "starttls", or "" on loopback."""

    host: str
    port: int
    tls: str = ""
    user: str = ""
    password_file: Path | None = field(default=None, repr=False)


@dataclass(frozen=True)
class MailIn:
    """Where answers come in: `kind` smtp or lmtp, and the address and port we listen on."""

    kind: str
    host: str
    port: int


@dataclass(frozen=True)
class Mail:
    """All about mail. `out` None: none is sent. `into` None: letters do not go by mail. `shown` None: what
    comes in is not encrypted by us. `postmaster`: where mail for postmaster goes; "": it is refused."""

    domain: str = ""
    out: MailOut | None = None
    into: MailIn | None = None
    selector: str = ""
    dkim_key: Path | None = None
    shown: Certificate | None = None
    postmaster: str = ""


OFF = Mail()


def for_development(environ: Mapping[str, str], problems: list[str]) -> Mail:
    """One's own machine: off unless MAIL_OUT is given; then unsigned unless a key is given too. What does not
    fit goes to `problems`."""
    given = environ.get("MAIL_OUT", "").strip()
    key, password = environ.get("DKIM_KEY_FILE", ""), environ.get("MAIL_OUT_PASSWORD_FILE", "")
    into = _into(environ.get("MAIL_IN", "").strip() or _TRIAL_IN, problems)
    found = Mail(
        domain=environ.get("RELAY_DOMAIN", "").strip().lower() or _TRIAL_DOMAIN,
        out=_out(given, Path(password) if password else None, problems),
        into=into,
        shown=certificates.read(environ, into.kind, problems) if into else None,
        selector=environ.get("DKIM_SELECTOR", "").strip().lower() or "trial",
        dkim_key=Path(key) if key else None,
        postmaster=_postmaster(environ, environ.get("RELAY_DOMAIN", "").strip().lower(), problems),
    )
    return found if found.out else OFF


def for_production(environ: Mapping[str, str], marks: Sequence[str], problems: list[str]) -> Mail:
    """What the environment says; what is missing, short, made for trying out or unguarded goes to `problems`.

    The secrets are for a worker: it is known by AUTO_KEY_FILE. Pages get neither key nor password.
    """
    text = {name: environ.get(name, "").strip() for name in ("MAIL_OUT", "MAIL_IN", "RELAY_DOMAIN")}
    selector = environ.get("DKIM_SELECTOR", "").strip().lower()
    is_reviewed = reviewed(environ, "MAIL", problems)
    if not text["MAIL_OUT"]:
        problems.extend(
            f"MAIL_OUT is missing, and {name} is of no use without it"
            for name in ("MAIL_IN", "RELAY_DOMAIN")
            if text[name]
        )
        return OFF
    domain = text["RELAY_DOMAIN"].lower()
    if not domain:
        problems.append("RELAY_DOMAIN is missing")
    elif not _DOMAIN.fullmatch(domain) or len(domain) > 200:
        problems.append("RELAY_DOMAIN must be a domain such as mail.example.org")
    if not selector:
        problems.append("DKIM_SELECTOR is missing")
    elif not _SELECTOR.fullmatch(selector):
        problems.append("DKIM_SELECTOR must be letters, digits, dots and dashes")
    if text["MAIL_IN"] and not is_reviewed:
        problems.append("MAIL_IN needs MAIL_REVIEWED_ON and MAIL_REVIEWED_BY")
    if not environ.get("AUTO_PUBLIC_KEY", "").strip():
        problems.append("AUTO_PUBLIC_KEY is missing, and mail goes out through capsules")
    if text["MAIL_IN"] and not environ.get("CASES_REVIEWED_ON", "").strip():
        problems.append("MAIL_IN needs kept cases, and CASES_REVIEWED_ON is missing")
    out = _out(text["MAIL_OUT"], _password(environ, problems), problems)
    if out and out.user and out.password_file is None and _is_worker(environ):
        problems.append("MAIL_OUT names a user, and MAIL_OUT_PASSWORD_FILE is missing")
    if out and not out.tls and out.host not in _NEAR:
        problems.append("MAIL_OUT crosses a wire and must begin with smtps:// or smtp+starttls://")
    into = _into(text["MAIL_IN"], problems)
    shown = certificates.read(environ, into.kind if into else "", problems)
    postmaster = _postmaster(environ, domain, problems)
    return Mail(domain, out, into, selector, _dkim_key(environ, marks, problems), shown, postmaster)


def _postmaster(environ: Mapping[str, str], domain: str, problems: list[str]) -> str:
    """A mailbox of the operator somewhere else: at our own domain it would come round for ever."""
    given = environ.get("POSTMASTER", "").strip()
    name, _at, host = given.rpartition("@")
    host = host.lower()
    if given and not (_LOCAL.fullmatch(name) and _DOMAIN.fullmatch(host) and len(given) <= _LONGEST_ADDRESS):
        problems.append("POSTMASTER must be a mail address such as postmaster@example.org")
    elif given and domain and (host == domain or host.endswith(f".{domain}")):
        problems.append("POSTMASTER must not be at RELAY_DOMAIN")
    else:
        return given
    return ""


def reviewed(environ: Mapping[str, str], what: str, problems: list[str]) -> bool:
    """Some things are on only after a lawyer looked at them; the day and the name say so."""
    on, by = (environ.get(f"{what}_REVIEWED_{which}", "").strip() for which in ("ON", "BY"))
    if bool(on) != bool(by):
        problems.append(f"{what}_REVIEWED_ON and {what}_REVIEWED_BY belong together")
    elif on:
        try:
            date.fromisoformat(on)
        except ValueError:
            problems.append(f"{what}_REVIEWED_ON must be a day, such as 2027-01-31")
    return bool(on and by)


def _out(url: str, password_file: Path | None, problems: list[str]) -> MailOut | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        tls, port = _SCHEMES[parts.scheme]
        found = MailOut(
            parts.hostname or "", parts.port or port, tls, unquote(parts.username or ""), password_file
        )
    except (KeyError, ValueError):
        found = MailOut("", 0)
    if not found.host or parts.path.strip("/") or parts.query or parts.fragment:
        problems.append("MAIL_OUT must look like smtp://127.0.0.1:25 or smtps://user@host:465")
        return None
    if parts.password:
        problems.append("MAIL_OUT must hold no password; MAIL_OUT_PASSWORD_FILE names a file with it")
    if password_file and not found.user:
        problems.append("MAIL_OUT_PASSWORD_FILE needs a user in MAIL_OUT")
    return found


def _into(url: str, problems: list[str]) -> MailIn | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        found = MailIn(parts.scheme, str(ipaddress.ip_address(parts.hostname or "")), parts.port or 0)
    except ValueError:
        found = MailIn("", "", 0)
    if found.kind not in _LISTENS or not found.port or parts.path.strip("/") or parts.query or parts.username:
        problems.append("MAIL_IN must look like lmtp://127.0.0.1:2424 or smtp://127.0.0.1:2525")
        return None
    return found


def _given(environ: Mapping[str, str], name: str, credential: str) -> tuple[Path | None, bool]:
    """The file, and whether systemd guards it in its own folder of credentials."""
    folder, named = environ.get("CREDENTIALS_DIRECTORY", ""), environ.get(name, "")
    if not named and folder and (Path(folder) / credential).exists():
        named = f"{folder}/{credential}"
    path = Path(named) if named else None
    return path, bool(folder and path and path.is_relative_to(folder))


def _is_worker(environ: Mapping[str, str]) -> bool:
    return _given(environ, "AUTO_KEY_FILE", autokeys.CREDENTIAL)[0] is not None


def _secret(path: Path, name: str, is_guarded: bool, problems: list[str]) -> str | None:
    try:
        text, mode = path.read_text("utf-8").strip(), stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError):
        problems.append(f"the file {name} names cannot be read")
        return None
    if mode & 0o077 and not is_guarded:
        problems.append(f"the file {name} names may be read by others (chmod 0400)")
    return text


def _password(environ: Mapping[str, str], problems: list[str]) -> Path | None:
    name = "MAIL_OUT_PASSWORD_FILE"
    path, is_guarded = _given(environ, name, PASSWORD_CREDENTIAL)
    if path is None:
        return None
    password = _secret(path, name, is_guarded, problems)
    if password is not None and (len(password) < SHORTEST_PASSWORD or len(set(password)) < 8):
        problems.append(f"the password in the file {name} names is short or easily guessed")
    return path


def _dkim_key(environ: Mapping[str, str], marks: Sequence[str], problems: list[str]) -> Path | None:
    """The key that signs what leaves. It belongs to workers, and each of them must have it."""
    name = "DKIM_KEY_FILE"
    path, is_guarded = _given(environ, name, CREDENTIAL)
    if path is None:
        if _is_worker(environ):
            problems.append(f"{name} is missing")
        return None
    text = _secret(path, name, is_guarded, problems)
    if text is None:
        return path
    if any(mark in text for mark in marks):
        problems.append(f"the key in the file {name} names was made for development")
    try:
        bits = parse_pem_private_key(text.encode())["modulus"].bit_length()
    except (UnparsableKeyError, KeyError, TypeError, ValueError):
        problems.append(f"the key in the file {name} names is no RSA key in PEM form")
    else:
        if bits < FEWEST_BITS:
            problems.append(f"the key in the file {name} names has fewer than {FEWEST_BITS} bits")
    return path
