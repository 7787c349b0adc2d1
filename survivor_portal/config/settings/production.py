"""A site that real people use: TLS only, and no start while a value is missing or not fit."""

import os

from survivor_portal.config import bells, counting, env

from .base import *  # noqa: F403
from .base import databases, postgres

_env = env.for_production(os.environ)

DEBUG = False
SECRET_KEY = _env.secret_key
SECRET_KEY_FALLBACKS = list(_env.older_keys)
ALLOWED_HOSTS = list(_env.hosts)
DATABASES = {"default": postgres(_env.site.cases)} if _env.site else databases(_env.data_dir)
KEYS_SOCKET = _env.site.keys_socket if _env.site else ""
globals().update(bells.bell(_env.data_dir, _env.broker))
DATA_DIR = _env.data_dir
BACKUP_DIR = _env.stewardship.backups
KEYS_BACKUP_DIR = _env.stewardship.keys_backups
BACKUPS_BY_ITSELF = _env.stewardship.by_itself
BACKUPS_KEPT = _env.stewardship.kept
METRICS = _env.stewardship.metrics
REVIEWED_ON = _env.stewardship.reviewed_on
WEB_PROCESSES_HERE = _env.web_processes
COUNTS_URL = counting.url(_env.counts)
CASES_OPEN = _env.cases_reviewed
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
STATIC_ROOT = _env.data_dir / "static"

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _env.proxy_sets_scheme else None
TRUSTED_PROXIES = _env.trusted_proxies
FLOOD_FROM = _env.flood_from
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = _env.hsts_subdomains
SECURE_HSTS_PRELOAD = _env.hsts_preload
# Whether sibling hosts speak TLS, and a promise to browsers' built-in lists, are the operator's to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

SITE_NAME = _env.site_name
EXIT_TARGET = _env.exit_target
OPERATOR_NAME = _env.operator.name
OPERATOR_CONTACT = _env.operator.contact
OPERATOR_COUNTRY = _env.operator.country
OPERATOR_ADDRESS = _env.operator.address
SECURITY_CONTACT = _env.operator.security_contact
