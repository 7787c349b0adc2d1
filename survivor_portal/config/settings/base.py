"""What every situation shares."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from survivor_portal.config import accounts, desk
from survivor_portal.config.certificates import Certificate
from survivor_portal.config.env import EXIT_TARGET as DEFAULT_EXIT_TARGET
from survivor_portal.config.env import FLOOD_FROM as DEFAULT_FLOOD_FROM
from survivor_portal.config.env import HOUSE, NEUTRAL_NAME
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.config.senders import NOBODY
from survivor_portal.config.stores import Store
from survivor_portal.seals import STRONG
from survivor_portal.web.safety.logs import logging_config

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    # Staff only: a visitor has no account and no session of these.
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "survivor_portal.web",
    "survivor_portal.visits",
    "survivor_portal.insights",
    "survivor_portal.keystore",
    "survivor_portal.advocates",
    "survivor_portal.cases",
    "survivor_portal.correspondence",
    "survivor_portal.followups",
    "survivor_portal.takedowns",
    "survivor_portal.slips",
    "survivor_portal.jobs",
    "survivor_portal.post",
    "survivor_portal.steward",
]

# No admin and no messages. A visitor has nothing here but one sealed row; session and account are of staff.
MIDDLEWARE = [
    "survivor_portal.web.safety.logs.AccessLog",
    # Outside all that may answer by itself, so that redirects, refusals and files carry the headers too.
    "survivor_portal.web.safety.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    # Outside all that costs: who finds no place to open something is turned away here.
    "survivor_portal.web.safety.room.Room",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "survivor_portal.web.safety.compression.Compression",
    "survivor_portal.web.safety.session.Visits",
    "survivor_portal.web.safety.opened.Opened",
    "survivor_portal.web.safety.desk.Desks",
    # Inside the two above: their pages close no case and lose no cookie.
    "survivor_portal.web.safety.damaged.Damaged",
    "survivor_portal.web.safety.away.Away",
    "survivor_portal.web.safety.meanwhile.Meanwhile",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    # Read nothing and set nothing until a page of the desk asks.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "survivor_portal.config.urls"
WSGI_APPLICATION = "survivor_portal.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HOUSE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "survivor_portal.web.safety.crisis.safety",
                "survivor_portal.web.safety.company.company",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["site"]
CRISPY_TEMPLATE_PACK = "site"
CRISPY_FAIL_SILENTLY = False


def databases(folder: Path) -> dict[str, dict[str, Any]]:
    """The two embedded databases, one file each. What is in one never opens without the other."""
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "site.sqlite3",
            # Kept open between requests: opening and its PRAGMAs cost more than a page's one query.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # A transaction that will write says so at once, so two tabs queue instead of failing.
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                # secure_delete: what is deleted is overwritten, not only unlinked.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
                ),
            },
        },
        "keys": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "keys.sqlite3",
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                # No write-ahead log to keep old pages. EXTRA: a deleted key stays deleted when power fails.
                "init_command": (
                    "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON;"
                ),
            },
        },
    }


def clusters(cases: Store, keys: Store) -> dict[str, dict[str, Any]]:
    """Both databases of a larger site, in a PostgreSQL cluster each. Only tests have both in one process."""
    return {"default": postgres(cases), "keys": postgres(keys)}


def postgres(store: Store) -> dict[str, Any]:
    """One database in a PostgreSQL cluster."""
    options: dict[str, Any] = {
        "connect_timeout": 5,
        # A page that waits longer helps nobody, and holds a worker.
        "options": "-c statement_timeout=30s -c lock_timeout=10s",
    }
    if store.sslmode:
        options["sslmode"] = store.sslmode
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": store.host,
        "PORT": store.port,
        "NAME": store.name,
        "USER": store.user,
        "PASSWORD": store.password,
        # Opening a connection for each page made it four times as slow.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASE_ROUTERS = ["survivor_portal.keystore.router.Keys"]

# Workers. What is due stands in the database; what passes here only rings. No results, no times, ids only.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What hangs is ended, so that the rest goes on. Long before that its slip was given to another.
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_IMPORTS = ["survivor_portal.jobs.tasks"]
# Else each job opens its own connection to the database; those that broke are found when the next one begins.
CELERY_DB_REUSE_MAX = 1000

# A worker that is silent for so long is taken for gone, and its slip given to another.
SLIP_LEASE_SECONDS = 120

# What is not in the databases, and on a small site they too.
DATA_DIR = Path()
# Where backups go, and where the operator's own monitoring may ask; None where that is not said.
BACKUP_DIR: Path | None = None
KEYS_BACKUP_DIR: Path | None = None
# Does a worker make them, and on how many days is there one of the site at most?
BACKUPS_BY_ITSELF = False
BACKUPS_KEPT = 30
METRICS: tuple[str, int] | None = None
# What a lawyer looked at, and on which day.
REVIEWED_ON: Mapping[str, date] = {}
# How many web processes this machine has: they share its processors for slow keys.
WEB_PROCESSES_HERE = 1
# The Redis in which all web processes count together; "": each for itself.
COUNTS_URL = ""

# What is remembered of a sign-in for minutes, by all web processes together.
CACHES = desk.CACHES

# Who works at a desk. The names in the browser say nothing.
AUTH_USER_MODEL = "advocates.Person"
PASSWORD_HASHERS = ["survivor_portal.advocates.hashing.KeyedArgon2"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-d"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_PATH = "/"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DESK_COOKIE = "__Host-e"
# A computer on which an account signed in before; it says nothing of whose account.
DEVICE_COOKIE = "__Host-f"
# As long as a desk may be open at all.
SESSION_COOKIE_AGE = 12 * 60 * 60
globals().update(accounts.SETTINGS)
# The desk is open only where this is on; production also wants to know who looked at it and when.
DESK_OPEN = False

# Cases are kept only where this is on; production also wants to know who looked at it and when.
CASES_OPEN = False
# The key of the blind indexes, and the folder with the keys of the days.
INDEX_KEY = ""
EPOCH_DIR = Path()
EPOCH_MARK = ""
# Where the process answers that alone holds the keys of the days; "" where this process reads them itself.
KEYS_SOCKET = ""
# Of that process only: the folder of its sockets, who may ask, and how many keys it gives out a minute.
KEYS_FOLDER: Path | None = None
KEYS_USERS: Mapping[str, frozenset[int]] = {}
KEYS_A_MINUTE = 3000
# The pair to which capsules for workers are sealed. Only a worker is given the file with the secret half.
AUTO_PUBLIC_KEY = ""
AUTO_KEY_FILE: Path | None = None
# Mail: the domain of our addresses, who takes what we send, where answers come in. Without it none is sent.
RELAY_DOMAIN = ""
MAIL_OUT: MailOut | None = None
MAIL_IN: MailIn | None = None
# The certificate our own door shows. Only the process behind that door is told.
MAIL_IN_SHOWS: Certificate | None = None
# The operator's own address, where mail for postmaster goes. Without it such mail is refused.
POSTMASTER = ""
# Who says whether the sender of a mail is who it says.
MAIL_SENDERS = NOBODY
# So long a letter waits before it leaves, and can be stopped.
MAIL_HOLD_SECONDS = 120
# The secret half is for a worker only.
DKIM_SELECTOR = ""
DKIM_KEY_FILE: Path | None = None
# What may be asked of others: who hosts a site; whether a link is gone. Each needs a person's yes besides.
LOOKUPS = False
LINK_CHECKS = False
LINK_CHECKS_CHILDREN = False
LOOKUPS_RESOLVERS: tuple[str, ...] = ()
LINK_CHECKS_PROXY: tuple[str, int] | None = None
# Short mails a person may ask for: the sender's name, and the site of the page that stops them ("": here).
NOTES_NAME = NEUTRAL_NAME
NOTES_SITE = ""
# What one try of a phrase costs; only tests lower it.
PHRASE_COST = STRONG
# More tries in vain a minute than this at the whole site are a flood: the door then asks one thing more.
FLOOD_FROM = DEFAULT_FLOOD_FROM
# How many entries of X-Forwarded-For, from the right, are the doing of our own proxies.
TRUSTED_PROXIES = 0
# Nobody fills in a form that keeps or opens a case in less than this; programs do. Only tests lower it.
FILL_SECONDS = 2

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
LOCALE_PATHS = [HOUSE / "survivor_portal" / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [HOUSE / "static"]
# Only what is written here: the scripts of installed libraries are not served.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Only the names with a hash in them are served: they may be kept for ever.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# The names in the browser say nothing; __Host- pins them to this host, path / and TLS.
COOKIES_SECURE = True
VISIT_COOKIE = "__Host-s"
CASE_COOKIE = "__Host-k"
CSRF_COOKIE_NAME = "__Host-c"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_PATH = "/"
CSRF_COOKIE_AGE = None
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "survivor_portal.web.safety.csrf_failure.csrf_failure"
# Where a form goes whose cookie got lost midway, so that what was typed is shown again.
FLOW_PATH = "/next/"
FLOW_RESUME = "survivor_portal.web.survivor.views.resume"
CASE_PATH = "/c/"
CASE_RESUME = "survivor_portal.web.survivor.keeping.resume"

# 2 MiB holds the longest list of links; more is refused with a page that says so.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_HANDLERS = ["survivor_portal.web.safety.uploads.RefuseFiles"]

LOGGING = logging_config()

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

SITE_NAME = NEUTRAL_NAME
EXIT_TARGET = DEFAULT_EXIT_TARGET
OPERATOR_NAME = ""
OPERATOR_CONTACT = ""
OPERATOR_COUNTRY = ""
OPERATOR_ADDRESS = ""
SECURITY_CONTACT = ""
