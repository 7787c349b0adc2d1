"""Everything that has to be right before the site opens: checks, tables, static files."""

import io
import os
import sys


def main() -> None:
    """Runs the checks, brings the tables up to date, collects the static files; exits 1 with the reason."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.core.management.base import SystemCheckError

    real = os.environ["DJANGO_SETTINGS_MODULE"].endswith(".production")
    try:
        django.setup()
        # Silent when all is well: the address is the next thing a person should see.
        call_command("check", stdout=io.StringIO(), deploy=real, fail_level="WARNING" if real else "ERROR")
        _prepare_tables()
        _prepare_cases()
        call_command("collectstatic", interactive=False, verbosity=0)
    except (ImproperlyConfigured, SystemCheckError, CommandError) as refusal:
        sys.exit(str(refusal))


def _prepare_tables() -> None:
    from django.conf import settings
    from django.core.management import CommandError, call_command

    if not settings.KEYS_SOCKET:
        for database in ("default", "keys"):
            call_command("migrate", database=database, interactive=False, verbosity=0)
        call_command("rotate_epoch", stdout=io.StringIO())
        return
    try:
        # On a larger site pages may not change tables; their owner does it, once for all machines.
        call_command("migrate", check_unapplied=True, stdout=io.StringIO())
    except SystemExit:
        raise CommandError(
            "The tables are not up to date. Run manage.py migrate as their owner first."
        ) from None


def _prepare_cases() -> None:
    from django.conf import settings
    from django.core.management import CommandError

    from survivor_portal.cases import access
    from survivor_portal.keystore import away

    if not settings.CASES_OPEN:
        return
    try:
        access.prepare()
    except access.KeysElsewhere:
        raise CommandError(
            "The database of keys holds the key of none of the cases kept here: it is empty, or "
            "another's. Nothing was changed. Put back the right one with `manage.py restore` "
            "(docs/operating.md)."
        ) from None
    except away.NotNow:
        raise CommandError("The key process does not answer at the place KEYS_SOCKET names.") from None


if __name__ == "__main__":
    main()
