"""`manage.py organisation NAME`: lets an organisation work at a desk; gives the link of its first lead."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from survivor_portal.advocates import organisations, second_factor, tickets
from survivor_portal.spoken import shown
from survivor_portal.steward import desks


class Command(BaseCommand):
    """Whoever runs this can read no case, before or after; see docs/desk.md."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="of the new organisation")
        parser.add_argument("--country", default="", help="two capital letters, such as US")
        parser.add_argument(
            "--zone", default="", metavar="NAME",
            help="whose clock its people see, such as Europe/Berlin; UTC without it. With --of: from now on",
        )  # fmt: skip
        parser.add_argument("--of", default="", metavar="CODE", help="with --zone: the organisation's code")
        parser.add_argument("--team", default="", help="name of its first team")
        parser.add_argument(
            "--lead", default="", metavar="ADDRESS", help="work address of who leads that team"
        )
        parser.add_argument("--list", action="store_true", help="all organisations, their codes and teams")
        parser.add_argument(
            "--again", default="", metavar="CODE",
            help="with --team and --lead: a new link, as long as nobody is in that team",
        )  # fmt: skip
        parser.add_argument("--reset", default="", metavar="ADDRESS", help="a link to set a new password")
        parser.add_argument(
            "--second-step", action="store_true", help="with --reset: that is set up anew, too"
        )
        parser.add_argument(
            "--new-secret-key", action="store_true", help="put second steps under the first line of that file"
        )

    def handle(self, *args: Any, name: str, **said: Any) -> None:
        try:
            if said["list"]:
                self._list()
            elif said["new_secret_key"]:
                self._renew()
            elif said["of"] and said["zone"]:
                desks.set_zone(said["of"], said["zone"])
                self.stdout.write(f"Times are told there by the clock of {said['zone']} from now on.")
            elif said["reset"]:
                made = desks.reset(said["reset"], timezone.now(), second_step=said["second_step"])
                self._link(made, "one day")
                self.stdout.write("After that a colleague, or the team's printed key, has to let them in.")
            elif said["team"] and said["lead"] and (name or said["again"]):
                self._make(name, said)
            else:
                raise CommandError(
                    "Say a name, --team and --lead; or --list, --again, --reset, or --of with --zone."
                )
        except desks.Refused as why:
            raise CommandError(str(why)) from None

    def _make(self, name: str, said: dict[str, Any]) -> None:
        team, lead = said["team"], said["lead"]
        if said["again"]:
            made = desks.again(said["again"], team, lead, timezone.now())
        else:
            made = desks.make(name, said["country"], team, lead, timezone.now(), said["zone"])
            self.stdout.write(f"The organisation's public code: {made.code}")
        self._link(made, f"{tickets.JOIN_LASTS.days} days")

    def _link(self, made: desks.Made, lasts: str) -> None:
        self.stdout.write(f"The link, good once and for {lasts}. It is shown only now:\n{made.link}")
        if made.link.startswith("/"):
            self.stdout.write("Put the address of this site in front of it, such as https://help.example.")
        self.stdout.write("Send it to that person on a way you trust. Whoever has it can use it.")

    def _renew(self) -> None:
        changed, lost = second_factor.renew()
        self.stdout.write(f"{changed} second steps were put under the current secret key.")
        if lost:
            raise CommandError(
                f"{lost} are under a key that is not in the file. Put its line back, or those people set up "
                "their second step anew (--reset ADDRESS --second-step)."
            )

    def _list(self) -> None:
        for one in organisations.all_of_them():
            place = ", ".join(filter(None, (one.country, one.zone)))
            self.stdout.write(f"{shown(one.code)}  {one.name}{f' ({place})' if place else ''}")
            for team, people in one.teams:
                self.stdout.write(f"           {team}: {people} {'person' if people == 1 else 'people'}")
