"""An empty site on throw-away clusters of PostgreSQL on this machine, for what is measured there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


@contextmanager
def an_empty_site() -> Iterator[datetime]:
    """Both databases with their tables and the key of the day, and Django set up for them, while this lasts;
    gives the moment they were made, in UTC. Once in a process, with this repository first in `sys.path`."""
    from survivor_portal.config.run import servers

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o711)
        with servers.postgres(place / "cases") as one, servers.postgres(place / "keys") as two:
            os.environ |= {
                "TEST_POSTGRES_PORTS": f"{one} {two}",
                "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.test",
            }
            yield _made(one, two)


def _made(*ports: int) -> datetime:
    import django
    import psycopg

    for port in ports:
        with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE site")
    django.setup()
    from django.core.management import call_command

    from survivor_portal.cases import access
    from survivor_portal.keystore import epochs

    for alias in ("default", "keys"):
        call_command("migrate", database=alias, verbosity=0)
    now = datetime.now(UTC)
    epochs.make(now)
    access.prepare()
    return now
