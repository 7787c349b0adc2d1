"""A site that real people use: TLS only, and no start while a value is missing or not fit."""

import os

from survivor_portal.config import bells, counting, env, told

from .base import *  # noqa: F403
from .base import databases, postgres

_env = env.for_production(os.environ)

DEBUG = False
globals().update(told.alike(_env))
SECRET_KEY_FALLBACKS = list(_env.older_keys)
DATABASES = {"default": postgres(_env.site.cases)} if _env.site else databases(_env.data_dir)
KEYS_SOCKET = _env.site.keys_socket if _env.site else ""
globals().update(bells.bell(_env.data_dir, _env.broker))
COUNTS_URL = counting.url(_env.counts)
CASES_OPEN = _env.cases_reviewed

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _env.proxy_sets_scheme else None
TRUSTED_PROXIES = _env.trusted_proxies
FLOOD_FROM = _env.flood_from
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = _env.hsts_subdomains
SECURE_HSTS_PRELOAD = _env.hsts_preload
# Whether sibling hosts speak TLS, and a promise to browsers' built-in lists, are the operator's to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
