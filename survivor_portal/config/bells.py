"""What tells the workers that there is work: a folder on a small site, Redis or RabbitMQ on a larger one.

It carries ids and tokens and no more. What is due stands in the database; all of this may be lost.
"""

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
_PATHS = {"redis": r"/?\d*", "rediss": r"/?\d*", "amqp": r"/?[\w.-]*", "amqps": r"/?[\w.-]*"}
_SOCKET = "redis+socket"


@dataclass(frozen=True)
class Broker:
    """The server that tells workers of a larger site that there is work."""

    url: str = field(repr=False)
    tls: bool
    is_redis: bool


def read(url: str, password: str, problems: list[str], name: str = "BROKER") -> Broker | None:
    """The server this address names, None without one. What is not fit is added to `problems`; `name` is how
    the names of its settings begin."""
    if not url:
        if password:
            problems.append(f"{name}_URL is missing")
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme == _SOCKET:
        fits = parts.path.startswith("/") and not parts.netloc
    else:
        fits = bool(port and parts.hostname and re.fullmatch(_PATHS[parts.scheme], parts.path))
    if not fits or parts.query or parts.fragment:
        problems.append(f"{name}_URL must look like rediss://host:6379/0 or {_SOCKET}:///path/of/socket")
        return None
    if parts.password:
        problems.append(f"{name}_URL must hold no password; {name}_PASSWORD_FILE names a file with it")
        return None
    if parts.scheme == _SOCKET:
        if password:
            problems.append(f"{name}_PASSWORD_FILE does not go with a socket; guard its folder instead")
        return Broker(url, tls=False, is_redis=True)
    tls = parts.scheme in ("rediss", "amqps")
    if not (tls or parts.hostname in ("localhost", "127.0.0.1", "::1")):
        problems.append(f"{name}_URL crosses a wire and must begin with rediss://, or amqps:// for a broker")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    user = quote(parts.username or "", safe="")
    who = f"{user}:{quote(password, safe='')}@" if password else f"{user}@" if user else ""
    return Broker(f"{parts.scheme}://{who}{host}:{port}{parts.path}", tls, parts.scheme.startswith("redis"))


def bell(data_dir: Path, broker: Broker | None = None) -> dict[str, Any]:
    """The settings of Celery for this broker, or for a folder in `data_dir`."""
    if broker is None:
        folder = data_dir / "bell"
        return {
            "CELERY_BROKER_URL": "filesystem://localhost",
            "CELERY_BROKER_TRANSPORT": "survivor_portal.jobs.folder:Transport",
            "CELERY_BROKER_TRANSPORT_OPTIONS": {
                "data_folder_in": str(folder / "messages"),
                "data_folder_out": str(folder / "messages"),
                "control_folder": str(folder / "control"),
                # The longest pause between two looks into the folder, when all is quiet.
                "polling_interval": 0.2,
            },
        }
    found: dict[str, Any] = {"CELERY_BROKER_URL": broker.url}
    if broker.is_redis:
        found["CELERY_BROKER_TRANSPORT_OPTIONS"] = {
            # What a lost worker had comes back by its lease; this only keeps the queue tidy.
            "visibility_timeout": 300,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 5,
        }
    else:
        found |= {"CELERY_TASK_DEFAULT_QUEUE_TYPE": "quorum", "CELERY_TASK_DEFAULT_EXCHANGE_TYPE": "topic"}
    if broker.tls:
        key = "ssl_cert_reqs" if broker.is_redis else "cert_reqs"
        found["CELERY_BROKER_USE_SSL"] = {key: ssl.CERT_REQUIRED}
    return found
