"""The key process of a larger site: the database of the keys, the keys of the days, and nothing else."""

import os

from survivor_portal.config import env

from .base import DATABASE_ROUTERS, DEFAULT_AUTO_FIELD, LOGGING, TIME_ZONE, USE_TZ, postgres

__all__ = ["DATABASE_ROUTERS", "DEFAULT_AUTO_FIELD", "LOGGING", "TIME_ZONE", "USE_TZ"]

_env = env.for_key_process(os.environ)

DEBUG = False
INSTALLED_APPS = ["survivor_portal.keystore"]
# The cases are not reached from here: whatever asks for them fails.
DATABASES = {"default": {}, "keys": postgres(_env.store)}
CASES_OPEN = True
EPOCH_DIR = _env.epoch_dir
EPOCH_MARK = ""
KEYS_SOCKET = ""
KEYS_FOLDER = _env.folder
KEYS_USERS = _env.users
KEYS_A_MINUTE = _env.a_minute
