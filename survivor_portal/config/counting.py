"""Reads where the web processes of a site keep the counts they share, and whether they have to.

It is a Redis of its own: the one that rings for the workers keeps its queue on disk, and counts stay off it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from survivor_portal.config import bells

NAME = "COUNTS"


def read(
    environ: Mapping[str, str], password: str, broker: bells.Broker | None, problems: list[str]
) -> bells.Broker | None:
    """The Redis of the counts; None where each process has its own. What is not fit goes to `problems`."""
    found = bells.read(environ.get("COUNTS_URL", "").strip(), password, problems, NAME)
    if found is not None and not found.is_redis:
        problems.append("COUNTS_URL must name a Redis")
        return None
    # Unsaid, there are none but those of this machine.
    name = "WEB_PROCESSES" if environ.get("WEB_PROCESSES", "").strip() else "WORKERS"
    everywhere = _number(environ, name, [] if name == "WORKERS" else problems)
    if found is None and everywhere > 1 and not environ.get("COUNTS_URL"):
        problems.append("COUNTS_URL is missing: several web processes have to count together")
    if found is not None and broker is not None and _server(found) == _server(broker):
        problems.append("COUNTS_URL and BROKER_URL must name two servers: one of them writes to disk")
    return found


def url(found: bells.Broker | None) -> str:
    """The address as the client takes it, password and all; "" for none."""
    if found is None:
        return ""
    return found.url.replace("redis+socket://", "unix://", 1)


def here(environ: Mapping[str, str], problems: list[str]) -> int:
    """How many processes show pages on this machine; `up` says it to those it starts."""
    return _number(environ, "WORKERS", problems)


def _number(environ: Mapping[str, str], name: str, problems: list[str]) -> int:
    value = environ.get(name, "").strip() or "1"
    if value.isascii() and value.isdecimal() and 1 <= int(value[:9]) <= 1000:
        return int(value)
    problems.append(f"{name} must be a whole number from 1 to 1000")
    return 1


def _server(broker: bells.Broker) -> str:
    parts = urlsplit(broker.url)
    return parts.path if broker.url.startswith("redis+socket") else parts.netloc.rpartition("@")[2]
