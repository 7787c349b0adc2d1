"""One's own machine: plain http on loopback, secrets made on first use, nothing to configure."""

import os

from survivor_portal.config import bells, env, told

from .base import *  # noqa: F403
from .base import databases

_env = env.for_development(os.environ)

globals().update(told.alike(_env))
DATABASES = databases(_env.data_dir)
globals().update(bells.bell(_env.data_dir))
CASES_OPEN = True
EPOCH_MARK = env.DEVELOPMENT_MARK

# Safari and other WebKit browsers drop Secure and __Host- cookies on plain http, loopback included.
COOKIES_SECURE = False
VISIT_COOKIE = "s"
CASE_COOKIE = "k"
CSRF_COOKIE_NAME = "c"
SESSION_COOKIE_NAME = "d"
SESSION_COOKIE_SECURE = False
DESK_COOKIE = "e"
DEVICE_COOKIE = "f"
# Browsers let a passkey be used on plain http at this very machine only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
CSRF_COOKIE_SECURE = False
