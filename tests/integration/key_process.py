"""A key process that the tests start: with the database and the keys of the days of the test that runs.

python tests/integration/key_process.py '{"folder": ..., "users": ..., "database": ...}'
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

HOUSE = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
PARTS = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


class KeyProcess:
    """Started with the settings of this test. `users` are the numbers who may ask, by role; else we may."""

    def __init__(
        self,
        folder: Path,
        *,
        users: Mapping[str, list[int]] | None = None,
        most: int = 1_000_000,
        dies: str = "",
    ) -> None:
        from django.conf import settings
        from django.db import connections

        folder.mkdir(exist_ok=True)
        self.folder = folder
        given = connections["keys"].settings_dict
        told = {
            "folder": str(folder),
            "users": users or {role: [os.geteuid()] for role in ("web", "worker", "operator")},
            "most": most,
            "dies": dies,
            "database": {part: given[part] for part in PARTS if part in given} | {"CONN_MAX_AGE": 60},
            "epochs": str(settings.EPOCH_DIR),
            "mark": settings.EPOCH_MARK,
        }
        self.process = subprocess.Popen(
            [sys.executable, __file__, json.dumps(told, default=str)], cwd=HOUSE, stderr=subprocess.PIPE
        )
        answers(folder / "operator", self.process)

    def socket(self, role: str) -> str:
        return str(self.folder / role)

    def kill(self) -> None:
        self.process.kill()
        self._end()

    def stop(self) -> str:
        """As it is meant to end; gives what it logged."""
        self.process.terminate()
        return self._end()

    def _end(self) -> str:
        _, said = self.process.communicate(timeout=PATIENCE)
        return said.decode()


def answers(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the process listens there. One that was killed leaves its sockets behind."""
    until = time.monotonic() + PATIENCE
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.02)


def main(told: dict[str, Any]) -> None:
    """Serves until told to end, or until it dies where it was told to."""
    sys.path.insert(0, str(HOUSE))
    import django
    from django.conf import settings

    from survivor_portal.web.safety.logs import logging_config

    settings.configure(
        INSTALLED_APPS=["survivor_portal.keystore"],
        DATABASES={"default": {}, "keys": told["database"]},
        DATABASE_ROUTERS=["survivor_portal.keystore.router.Keys"],
        EPOCH_DIR=Path(told["epochs"]),
        EPOCH_MARK=told["mark"],
        KEYS_SOCKET="",
        USE_TZ=True,
        LOGGING=logging_config(),
    )
    django.setup()
    from survivor_portal.keystore import near, serving
    from survivor_portal.keystore.asked import Role

    create = near.create_shreds

    def dies(ids: list[str]) -> dict[str, bytes]:
        made = create(ids) if told["dies"] == "after" else {}
        os.kill(os.getpid(), signal.SIGKILL)
        return made

    if told["dies"]:
        mock.patch.object(near, "create_shreds", dies).start()
    users = {Role(role): frozenset(numbers) for role, numbers in told["users"].items()}
    serving.serve(Path(told["folder"]), users, told["most"])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
