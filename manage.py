#!/usr/bin/env python3
"""The commands of this project: `up` runs the site, `test` checks everything, the rest is Django's."""

import importlib.util
import os
import sys


def main() -> int:
    """Hands the command line to its command; only the standard library until that has what it needs."""
    if sys.version_info < (3, 11):
        print("This needs Python 3.11 or newer.")
        return 2
    command, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if command == "up":
        from survivor_portal.config.run import up

        return up.main(rest)
    if command == "test":
        from survivor_portal.config.run import suite

        return suite.main(rest)
    if importlib.util.find_spec("django") is None:
        # The pages in docs/ name commands such as `check` for a fresh copy too.
        from survivor_portal.config.run import place

        place.enter("requirements.lock")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "survivor_portal.config.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
