"""The key process of a larger site: the database of the keys, the keys of the days, and nothing else."""

import os

from survivor_portal.config import env

from .base import *  # noqa: F403
from .base import postgres

_env = env.for_key_process(os.environ)

DEBUG = False
INSTALLED_APPS = ["survivor_portal.keystore"]
MIDDLEWARE = []
# It shows no pages. Django's checks would load them, and they want the cases.
ROOT_URLCONF = ""
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
TEMPLATES = []
# The cases are not reached from here: whatever asks for them fails.
DATABASES = {"default": {}, "keys": postgres(_env.store)}
CASES_OPEN = True
EPOCH_DIR = _env.epoch_dir
KEYS_FOLDER = _env.folder
KEYS_USERS = _env.users
KEYS_A_MINUTE = _env.a_minute
