"""One's own machine: plain http on loopback, secrets made on first use, nothing to configure."""

import os

from survivor_portal.config import bells, env

from .base import *  # noqa: F403
from .base import databases

_env = env.for_development(os.environ)

SECRET_KEY = _env.secret_key
ALLOWED_HOSTS = list(_env.hosts)
DATABASES = databases(_env.data_dir)
globals().update(bells.bell(_env.data_dir))
DATA_DIR = _env.data_dir
BACKUP_DIR = _env.stewardship.backups
KEYS_BACKUP_DIR = _env.stewardship.keys_backups
BACKUPS_BY_ITSELF = _env.stewardship.by_itself
BACKUPS_KEPT = _env.stewardship.kept
METRICS = _env.stewardship.metrics
REVIEWED_ON = _env.stewardship.reviewed_on
WEB_PROCESSES_HERE = _env.web_processes
CASES_OPEN = True
DESK_OPEN = _env.desk_open
INDEX_KEY = _env.index_key
EPOCH_DIR = _env.epoch_dir
AUTO_PUBLIC_KEY = _env.auto_key.public
AUTO_KEY_FILE = _env.auto_key.file
RELAY_DOMAIN = _env.mail.domain
MAIL_OUT = _env.mail.out
MAIL_IN = _env.mail.into
MAIL_IN_SHOWS = _env.mail.shown
POSTMASTER = _env.mail.postmaster
MAIL_SENDERS = _env.mail_senders
DKIM_SELECTOR = _env.mail.selector
DKIM_KEY_FILE = _env.mail.dkim_key
LOOKUPS = _env.look_ups.sites
LINK_CHECKS = _env.look_ups.links
LINK_CHECKS_CHILDREN = _env.look_ups.links_of_children
LOOKUPS_RESOLVERS = _env.look_ups.resolvers
LINK_CHECKS_PROXY = _env.look_ups.proxy
NOTES_NAME = _env.nudges.name
NOTES_SITE = _env.nudges.site
EPOCH_MARK = env.DEVELOPMENT_MARK
STATIC_ROOT = _env.data_dir / "static"

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

SITE_NAME = _env.site_name
EXIT_TARGET = _env.exit_target
OPERATOR_NAME = _env.operator.name
OPERATOR_CONTACT = _env.operator.contact
OPERATOR_COUNTRY = _env.operator.country
OPERATOR_ADDRESS = _env.operator.address
SECURITY_CONTACT = _env.operator.security_contact
