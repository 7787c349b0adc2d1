"""The tests: as production where it can be, in a folder of its own that goes when the run ends."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from survivor_portal.config import autokeys, bells
from survivor_portal.config.stores import Store
from survivor_portal.seals import Cost

from .base import *  # noqa: F403
from .base import clusters, databases

_folder = Path(tempfile.mkdtemp(prefix="site-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

SECRET_KEY = "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

DATABASES = databases(_folder)
# Files, not memory: the browser tests serve from several threads, each with a connection of its own.
for _name, _database in DATABASES.items():
    _database["TEST"] = {"NAME": _folder / f"test-{_name}.sqlite3"}
    _database["CONN_MAX_AGE"] = 0

# The same tests on PostgreSQL: the ports of two clusters, "cases keys".
if _ports := os.environ.get("TEST_POSTGRES_PORTS", ""):
    _stores = [Store("127.0.0.1", int(port), "site", "postgres") for port in _ports.split()]
    DATABASES = clusters(_stores[0], _stores[1])
    for _database in DATABASES.values():
        _database["CONN_MAX_AGE"] = 0

globals().update(bells.bell(_folder))
DATA_DIR = _folder
CASES_OPEN = True
DESK_OPEN = True
INDEX_KEY = "tests-only-index-0123456789-abcdefghijklmnopqrstuvwxyz-ABC"
EPOCH_DIR = _folder / "epochs"
EPOCH_DIR.mkdir(mode=0o700)
EPOCH_MARK = "development-"
# The browser tests serve on plain http.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
_auto_key = autokeys.for_development(_folder, EPOCH_MARK)
AUTO_PUBLIC_KEY = _auto_key.public
AUTO_KEY_FILE = _auto_key.file
# The tests that send or take in mail say where.
RELAY_DOMAIN = "relay.example"
MAIL_HOLD_SECONDS = 0
# One test of the phrase and `benchmarks/unlock.py` use the real cost.
PHRASE_COST = Cost(kib=8, passes=1)
# Tests type faster than people, and fail more often: those of the throttle set these two for themselves.
FILL_SECONDS = 0
FLOOD_FROM = 1_000_000

STATIC_ROOT = _folder / "static"

EXIT_TARGET = "https://weather.example/"
OPERATOR_NAME = "Example Helpers"
OPERATOR_CONTACT = "hello@helpers.example"
OPERATOR_COUNTRY = "US"
OPERATOR_ADDRESS = "1 Example Street, Example Town"
SECURITY_CONTACT = "mailto:security@helpers.example"
