"""Reads the environment, the only place that does, and refuses what is not fit for production."""

import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from survivor_portal.config import (
    autokeys,
    backups,
    bells,
    counting,
    desk,
    keyring,
    lookups,
    mails,
    notes,
    senders,
    stores,
)

HOUSE = Path(__file__).resolve().parent.parent.parent
NEUTRAL_NAME = "Next steps"
EXIT_TARGET = "https://www.bbc.com/weather"

FLOOD_FROM = 60

# A key made for trying things out carries this in front, so that production knows it again.
DEVELOPMENT_MARK = "development-"
# Nor is a key fit that stands in the code, of the tests or of the framework's own example: anybody knows it.
KNOWN_MARKS = (DEVELOPMENT_MARK, "tests-only-", "django-insecure-")
SHORTEST_KEY = 50
FEWEST_DIFFERENT_CHARACTERS = 16

_YES = {
    "1": True,
    "yes": True,
    "true": True,
    "on": True,
    "0": False,
    "no": False,
    "false": False,
    "off": False,
}


class NotReady(ImproperlyConfigured):
    """The site may not start; the message names every value that is missing or wrong, and no secret."""


@dataclass(frozen=True)
class Operator:
    """Who runs this site and is answerable for it."""

    name: str
    contact: str
    country: str
    address: str = ""
    security_contact: str = ""


@dataclass(frozen=True)
class Environment:
    """Everything the settings take from outside."""

    data_dir: Path
    secret_key: str = field(repr=False)
    older_keys: tuple[str, ...] = field(repr=False, default=())
    hosts: tuple[str, ...] = ()
    proxy_sets_scheme: bool = False
    # How many proxies stand in front, each adding the address it saw to X-Forwarded-For.
    trusted_proxies: int = 0
    # More tries in vain a minute than this, at the whole site, are a flood.
    flood_from: int = FLOOD_FROM
    site_name: str = NEUTRAL_NAME
    exit_target: str = EXIT_TARGET
    operator: Operator = Operator(name="", contact="", country="")
    hsts_subdomains: bool = False
    hsts_preload: bool = False
    # Keeping cases: who looked at it and when must be known, or it stays off.
    cases_reviewed: bool = False
    desk_open: bool = False
    index_key: str = field(repr=False, default="")
    epoch_dir: Path = Path()
    # The cluster of the cases and the socket of the key process, or None for two files in the data folder.
    site: stores.Site | None = None
    # None for a folder in the data folder.
    broker: bells.Broker | None = None
    # On this machine.
    web_processes: int = 1
    # None where each web process counts for itself.
    counts: bells.Broker | None = None
    auto_key: autokeys.AutoKey = autokeys.NONE
    mail: mails.Mail = mails.OFF
    mail_senders: senders.Senders = senders.NOBODY
    stewardship: backups.Stewardship = backups.NONE
    look_ups: lookups.Lookups = lookups.OFF
    nudges: notes.Notes = notes.NONE


def for_development(environ: Mapping[str, str]) -> Environment:
    """Values for one's own machine. Makes the data folder and a key of its own on first use.

    Nothing has to be given; what is given and cannot be meant raises NotReady, as for production.
    """
    problems: list[str] = []
    data_dir = Path(environ.get("DATA_DIR") or HOUSE / "var")
    found = Environment(
        data_dir=data_dir,
        secret_key=_development_key(data_dir, "secret-key"),
        index_key=_development_key(data_dir, "index-key"),
        desk_open=desk.for_development(environ),
        epoch_dir=_development_folder(data_dir / "epochs"),
        auto_key=autokeys.for_development(data_dir, DEVELOPMENT_MARK),
        mail=mails.for_development(environ, problems),
        mail_senders=senders.read(environ, problems),
        stewardship=backups.read(environ, {}, problems, data_dir),
        look_ups=lookups.for_development(environ, problems),
        nudges=notes.for_development(environ, environ.get("SITE_NAME") or NEUTRAL_NAME),
        web_processes=counting.here(environ, problems),
        hosts=("localhost", "127.0.0.1", "[::1]"),
        site_name=environ.get("SITE_NAME") or NEUTRAL_NAME,
        exit_target=environ.get("EXIT_TARGET") or EXIT_TARGET,
        operator=Operator(
            name="A trial copy of this site",
            contact="operator@trial.example",
            country="US",
            address="Nobody runs this copy for others.",
            security_contact="mailto:security@trial.example",
        ),
    )
    _stop_if(problems)
    return found


def for_production(environ: Mapping[str, str]) -> Environment:
    """Values for a site that real people use; raises NotReady with all that is amiss, at once."""
    problems: list[str] = []

    def text(name: str, default: str | None = None) -> str:
        value = environ.get(name, "").strip() or default
        if value is None:
            problems.append(f"{name} is missing")
            return ""
        return value

    def flag(name: str, default: bool | None = None) -> bool:
        value = environ.get(name, "").strip().lower()
        if value in _YES:
            return _YES[value]
        if value or default is None:
            problems.append(f"{name} must be yes or no" if value else f"{name} is missing")
        return bool(default)

    def count(name: str, default: int, lowest: int, highest: int) -> int:
        value = environ.get(name, "").strip() or str(default)
        if not (value.isascii() and value.isdecimal() and lowest <= int(value[:9]) <= highest):
            problems.append(f"{name} must be a whole number from {lowest} to {highest}")
            return default
        return int(value)

    keys = _keys(environ, "SECRET_KEY_FILE", "secret-key", problems)
    data_dir = _folder(text("DATA_DIR"), problems)
    site = stores.read(environ, problems)
    found = Environment(
        data_dir=data_dir,
        secret_key=keys[0] if keys else "",
        older_keys=tuple(keys[1:]),
        hosts=_hosts(text("ALLOWED_HOSTS"), problems),
        proxy_sets_scheme=flag("PROXY_SETS_SCHEME"),
        trusted_proxies=count("TRUSTED_PROXIES", 0, 0, 9),
        flood_from=count("FLOOD_FROM", FLOOD_FROM, 1, 100_000),
        site_name=text("SITE_NAME", NEUTRAL_NAME),
        exit_target=_https("EXIT_TARGET", text("EXIT_TARGET", EXIT_TARGET), problems),
        operator=Operator(
            name=text("OPERATOR_NAME"),
            contact=_contact("OPERATOR_CONTACT", text("OPERATOR_CONTACT"), problems),
            country=_country(text("OPERATOR_COUNTRY"), problems),
            address=text("OPERATOR_ADDRESS"),
            security_contact=_address_of_security(text("SECURITY_CONTACT"), problems),
        ),
        hsts_subdomains=flag("HSTS_SUBDOMAINS", default=False),
        hsts_preload=flag("HSTS_PRELOAD", default=False),
        cases_reviewed=mails.reviewed(environ, "CASES", problems),
        site=site,
        broker=bells.read(
            environ.get("BROKER_URL", "").strip(),
            stores.password(environ, "BROKER_PASSWORD_FILE", problems),
            problems,
        ),
        auto_key=autokeys.for_production(environ, DEVELOPMENT_MARK, problems),
        mail=mails.for_production(environ, KNOWN_MARKS, problems),
        mail_senders=senders.read(environ, problems),
        stewardship=backups.read(
            environ,
            {"EPOCH_DIR": Path(environ.get("EPOCH_DIR", ""))},
            problems,
            data_dir if site is None else None,
        ),
        look_ups=lookups.for_production(environ, problems),
    )
    counts_password = stores.password(environ, "COUNTS_PASSWORD_FILE", problems)
    found = replace(
        found,
        web_processes=counting.here(environ, problems),
        counts=counting.read(environ, counts_password, found.broker, problems),
        desk_open=desk.for_production(environ, keeps_cases=found.cases_reviewed, problems=problems),
    )
    if found.cases_reviewed:
        found = replace(
            found,
            index_key=_index_key(environ, keys, problems),
            epoch_dir=_epochs(text, found, problems),
        )
    sends_mail = found.mail.out is not None
    found = replace(
        found, nudges=notes.for_production(environ, found.site_name, found.hosts, sends_mail, problems)
    )
    _stop_if(problems)
    return found


def for_key_process(environ: Mapping[str, str]) -> keyring.KeyProcess:
    """Values for the one process that holds the keys of a larger site; raises NotReady as above."""
    problems: list[str] = []
    found = keyring.read(environ, HOUSE, DEVELOPMENT_MARK, problems)
    _stop_if(problems)
    assert found is not None
    return found


def for_steward(environ: Mapping[str, str]) -> backups.Steward:
    """Values for the operator's own commands on a larger site; raises NotReady as above."""
    problems: list[str] = []
    data_dir = environ.get("DATA_DIR", "").strip()
    if not data_dir:
        problems.append("DATA_DIR is missing")
    apart = (Path(data_dir), HOUSE) if data_dir else (HOUSE,)
    epochs = keyring.epoch_dir(environ.get("EPOCH_DIR", "").strip(), apart, DEVELOPMENT_MARK, problems)
    has_index_key = (
        environ.get("INDEX_KEY_FILE")
        or (Path(environ.get("CREDENTIALS_DIRECTORY") or os.devnull) / "index-key").is_file()
    )
    index_key = _index_key(environ, [], problems) if has_index_key else ""
    found = backups.for_steward(environ, _folder(data_dir, problems), epochs, index_key, problems)
    _stop_if(problems)
    return found


def _stop_if(problems: list[str]) -> None:
    if problems:
        raise NotReady(
            "The site does not start: " + "; ".join(problems) + ". See README.md, 'Run it for real'."
        )


def _epochs(text: Callable[[str], str], found: Environment, problems: list[str]) -> Path:
    """Read by this process itself only where no key process does it."""
    if found.site is not None:
        return Path()
    return keyring.epoch_dir(text("EPOCH_DIR"), (found.data_dir, HOUSE), DEVELOPMENT_MARK, problems)


def _keys(environ: Mapping[str, str], name: str, credential: str, problems: list[str]) -> list[str]:
    """The lines of a key file: the current key first, older ones below it while they still count."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    named = environ.get(name, "") or (f"{folder}/{credential}" if folder else "")
    what = credential.replace("-", " ")
    if not named:
        problems.append(f"{name} is missing")
        return []
    path = Path(named)
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
        mode = stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError):
        problems.append(f"the file {name} names cannot be read")
        return []
    # systemd guards its own folder of credentials and shows other bits there.
    if mode & 0o077 and not (folder and path.is_relative_to(folder)):
        problems.append(f"the file {name} names may be read by others (chmod 0400)")
    if not lines:
        problems.append(f"the file {name} names is empty")
    for number, key in enumerate(lines, start=1):
        if key.startswith(KNOWN_MARKS):
            problems.append(f"{what} {number} was made for development")
        elif len(key) < SHORTEST_KEY:
            problems.append(f"{what} {number} is shorter than {SHORTEST_KEY} characters")
        elif len(set(key)) < FEWEST_DIFFERENT_CHARACTERS:
            problems.append(f"{what} {number} is too even to be random")
    if len(set(lines)) < len(lines):
        problems.append(f"the same {what} stands twice in the file")
    return lines


def _index_key(environ: Mapping[str, str], others: list[str], problems: list[str]) -> str:
    """The key by which cases are found. There is only ever one: with another no case is found any more."""
    keys = _keys(environ, "INDEX_KEY_FILE", "index-key", problems)
    if len(keys) > 1:
        problems.append("the file INDEX_KEY_FILE names must hold one key")
    if set(keys) & set(others):
        problems.append("index key and secret key are the same")
    return keys[0] if keys else ""


def _folder(value: str, problems: list[str]) -> Path:
    path = Path(value)
    if value and not path.is_absolute():
        problems.append("DATA_DIR must be a full path")
    elif value and (not path.is_dir() or not os.access(path, os.W_OK)):
        problems.append("the folder DATA_DIR names does not exist or cannot be written")
    elif value and path.is_relative_to(HOUSE):
        problems.append("DATA_DIR lies inside the program's own folder")
    elif value and (path / "deleted").exists() and not os.access(path / "deleted", os.W_OK):
        # Another user's: then no deletion would ever come to its end.
        problems.append("the folder `deleted` in DATA_DIR cannot be written")
    return path


def _hosts(value: str, problems: list[str]) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in value.split(",") if host.strip())
    if any("*" in host for host in hosts):
        problems.append("ALLOWED_HOSTS must name each host, without *")
    if any(re.search(r"[/:\s]", host) for host in hosts):
        problems.append("ALLOWED_HOSTS takes host names only, parted by commas")
    return hosts


def _https(name: str, value: str, problems: list[str]) -> str:
    if not value.startswith("https://"):
        problems.append(f"{name} must begin with https://")
    return value


def _contact(name: str, value: str, problems: list[str]) -> str:
    if value and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+|https://\S+", value):
        problems.append(f"{name} must be an e-mail address or begin with https://")
    return value


def _country(value: str, problems: list[str]) -> str:
    if value and not re.fullmatch(r"[A-Z]{2}", value):
        problems.append("OPERATOR_COUNTRY must be two capital letters, such as US")
    return value


def _address_of_security(value: str, problems: list[str]) -> str:
    """security.txt (RFC 9116) wants an address with its scheme."""
    if value and not value.startswith(("mailto:", "https://", "tel:")):
        problems.append("SECURITY_CONTACT must begin with mailto:, https:// or tel:")
    return value


def _development_folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _development_key(data_dir: Path, name: str) -> str:
    path = _development_folder(data_dir) / name
    try:
        # O_EXCL: two processes that start together agree on the one that came first.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    key = DEVELOPMENT_MARK + secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(key + "\n")
    return key
