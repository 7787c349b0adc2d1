"""`manage.py roles`: the SQL that gives each process of a larger site its own rights, and no others."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from survivor_portal.steward import rights
from survivor_portal.steward.rights import Cluster


class Command(BaseCommand):
    """Prints only. The owner of the tables runs it: `manage.py roles cases | psql ...`."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cluster", choices=[cluster.name for cluster in Cluster])

    def handle(self, *args: Any, cluster: str, **options: Any) -> None:
        self.stdout.write(rights.sql(Cluster[cluster]), ending="")
