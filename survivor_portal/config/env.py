"""Reads the environment, the only place that does, and refuses what is not fit for production."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

from survivor_portal.config import autokeys, backups, bells, mails

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
SHORTEST_PASSWORD = 16

_DEFAULT = re.compile(
    r"((postgres|password|passwort|changeme|secret|admin|root|test|site|keys|cases)"
    r"[\W\d_]*)+",
    re.IGNORECASE,
)

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
    """Production may not start; the message names every value that is missing or wrong, and no secret."""


@dataclass(frozen=True)
class Operator:
    """Who runs this site and is answerable for it."""

    name: str
    contact: str
    country: str
    address: str = ""
    security_contact: str = ""


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
    index_key: str = field(repr=False, default="")
    epoch_dir: Path = Path()
    # Cases, and the keys of cases: two clusters, or None for two files in the data folder.
    stores: tuple[Store, Store] | None = None
    # None for a folder in the data folder.
    broker: bells.Broker | None = None
    auto_key: autokeys.AutoKey = autokeys.NONE
    mail: mails.Mail = mails.OFF
    stewardship: backups.Stewardship = backups.NONE


def for_development(environ: Mapping[str, str]) -> Environment:
    """Values for one's own machine. Makes the data folder and a key of its own on first use."""
    data_dir = Path(environ.get("DATA_DIR") or HOUSE / "var")
    return Environment(
        data_dir=data_dir,
        secret_key=_development_key(data_dir, "secret-key"),
        index_key=_development_key(data_dir, "index-key"),
        epoch_dir=_development_folder(data_dir / "epochs"),
        auto_key=autokeys.for_development(data_dir, DEVELOPMENT_MARK),
        mail=mails.for_development(environ),
        stewardship=backups.read(environ, {}, []),
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
    found = Environment(
        data_dir=_folder(text("DATA_DIR"), problems),
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
        stores=_stores(environ, problems),
        broker=bells.read(
            environ.get("BROKER_URL", "").strip(),
            _password(environ, "BROKER_PASSWORD_FILE", problems),
            problems,
        ),
        auto_key=autokeys.for_production(environ, DEVELOPMENT_MARK, problems),
        mail=mails.for_production(environ, KNOWN_MARKS, problems),
        stewardship=backups.read(environ, {"EPOCH_DIR": Path(environ.get("EPOCH_DIR", ""))}, problems),
    )
    if found.cases_reviewed:
        found = replace(
            found,
            index_key=_index_key(environ, keys, problems),
            epoch_dir=_epochs(text("EPOCH_DIR"), found.data_dir, problems),
        )
    if problems:
        raise NotReady(
            "The site does not start: " + "; ".join(problems) + ". See README.md, 'Run it for real'."
        )
    return found


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


def _epochs(value: str, data_dir: Path, problems: list[str]) -> Path:
    """The folder with the keys of the days: apart from the data, so that no backup holds both."""
    path = Path(value)
    if not value:
        return path
    if not path.is_absolute() or not path.is_dir() or not os.access(path, os.W_OK):
        problems.append("the folder EPOCH_DIR names does not exist or cannot be written")
        return path
    if path.resolve().is_relative_to(data_dir.resolve()) or path.resolve().is_relative_to(HOUSE):
        problems.append("EPOCH_DIR lies inside DATA_DIR or the program's own folder")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        problems.append("the folder EPOCH_DIR names may be read by others (chmod 0700)")
    for key in path.glob("epoch-*"):
        try:
            text = key.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
        if text.startswith(DEVELOPMENT_MARK):
            problems.append("a key in EPOCH_DIR was made for development")
        elif not key.suffix and not re.fullmatch("[0-9a-f]{64}", text):
            problems.append("a key in EPOCH_DIR is not one")
        if stat.S_IMODE(key.stat().st_mode) & 0o077:
            problems.append("a key in EPOCH_DIR may be read by others (chmod 0600)")
    return path


def _stores(environ: Mapping[str, str], problems: list[str]) -> tuple[Store, Store] | None:
    """Both databases in PostgreSQL, or neither. Write-ahead logs are per cluster: a key that was deleted must
    not live on in the log that is kept for the cases, so the two may not share one."""
    urls = [environ.get(name, "").strip() for name in ("DATABASE_URL", "KEYS_DATABASE_URL")]
    if not any(urls):
        return None
    if not all(urls):
        problems.append("DATABASE_URL and KEYS_DATABASE_URL belong together")
        return None
    cases = _store(environ, "DATABASE", urls[0], problems)
    keys = _store(environ, "KEYS_DATABASE", urls[1], problems)
    if cases is None or keys is None:
        return None
    if (cases.host, cases.port) == (keys.host, keys.port):
        problems.append("DATABASE_URL and KEYS_DATABASE_URL must name two clusters")
    if cases.password and cases.password == keys.password:
        problems.append("DATABASE_PASSWORD_FILE and KEYS_DATABASE_PASSWORD_FILE hold the same password")
    return cases, keys


def _store(environ: Mapping[str, str], prefix: str, url: str, problems: list[str]) -> Store | None:
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
    password = _password(environ, f"{prefix}_PASSWORD_FILE", problems)
    found = Store(host, port, database, parts.username, password, sslmode)
    if not found.is_near and sslmode != "verify-full":
        problems.append(f"{name} crosses a wire and must end with ?sslmode=verify-full")
    return found


def _password(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    """The password in that file, which only its owner may read; "" where the system says who we are."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    named = environ.get(name, "")
    if not named:
        return ""
    path = Path(named)
    try:
        password, mode = path.read_text("utf-8").strip(), stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError):
        problems.append(f"the file {name} names cannot be read")
        return ""
    if mode & 0o077 and not (folder and path.is_relative_to(folder)):
        problems.append(f"the file {name} names may be read by others (chmod 0400)")
    if len(password) < SHORTEST_PASSWORD:
        problems.append(
            f"the password in the file {name} names is shorter than {SHORTEST_PASSWORD} characters"
        )
    elif _DEFAULT.fullmatch(password) or len(set(password)) < FEWEST_DIFFERENT_CHARACTERS // 2:
        problems.append(f"the password in the file {name} names is one that anybody guesses")
    return password


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
