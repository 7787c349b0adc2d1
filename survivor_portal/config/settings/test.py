"""The tests: as production where it can be, in a folder of its own that goes when the run ends."""

import atexit
import shutil
import tempfile
from pathlib import Path

from .base import *  # noqa: F403
from .base import database

_folder = Path(tempfile.mkdtemp(prefix="site-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

SECRET_KEY = "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

DATABASES = database(_folder / "site.sqlite3")
# A file, not memory: the browser tests serve from several threads, each with a connection of its own.
DATABASES["default"]["TEST"] = {"NAME": _folder / "test.sqlite3"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
STATIC_ROOT = _folder / "static"

EXIT_TARGET = "https://weather.example/"
OPERATOR_NAME = "Example Helpers"
OPERATOR_CONTACT = "hello@helpers.example"
OPERATOR_COUNTRY = "US"
OPERATOR_ADDRESS = "1 Example Street, Example Town"
SECURITY_CONTACT = "mailto:security@helpers.example"
