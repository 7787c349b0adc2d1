"""The operator of a larger site: backup of one database, and restore, which needs both.

Nothing that serves people is started with these. They name a role that may only read, for backups, and the
owner of the tables, for a restore while all else is stopped.
"""

import os

from survivor_portal.config import env

from .base import *  # noqa: F403
from .base import postgres

_env = env.for_steward(os.environ)

DEBUG = False
DATABASES = {
    name: postgres(store) if store else {} for name, store in (("default", _env.cases), ("keys", _env.keys))
}
DATA_DIR = _env.data_dir
BACKUP_DIR = _env.places.backups
KEYS_BACKUP_DIR = _env.places.keys_backups
BACKUPS_KEPT = _env.places.kept
INDEX_KEY = _env.index_key
EPOCH_DIR = _env.epoch_dir
CASES_OPEN = bool(_env.index_key)
