"""A larger site that the tests start: two clusters, a user of the database and a program for each process.

python tests/integration/larger_site.py PART     one part of the story, under the settings of production
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
PATIENCE = 60
PHRASE = "a blue bicycle by the lake"


class Site:
    """Where everything is, and how each process is started."""

    def __init__(self, folder: Path, cases: int, keys: int) -> None:
        from survivor_portal import seals
        from survivor_portal.config.run import servers, suite

        self.folder, self.ports = folder, {"cases": cases, "keys": keys}
        self._host = servers.HOST
        pair = seals.new_pair()
        self._common = suite.production(folder) | {
            "INDEX_KEY_FILE": self._secret("index-key", secrets.token_urlsafe(64)),
            "CASES_REVIEWED_ON": "2027-01-31",
            "CASES_REVIEWED_BY": "A. Lawyer",
            "AUTO_PUBLIC_KEY": pair.public.hex(),
        }
        self._auto_key = self._secret("auto-key", pair.secret.hex())
        for name, mode in (("epochs", 0o700), ("for-web", 0o750), ("for-worker", 0o750)):
            (folder / name).mkdir(mode=mode)

    def environment(self, user: str) -> dict[str, str]:
        """What a process of the site is told that goes by this user of the database."""
        where = {"worker": "for-worker/worker", "counts": "for-web/operator"}.get(user, "for-web/web")
        found = self._common | {
            "DATABASE_URL": self.url(user, "cases"),
            "KEYS_SOCKET": str(self.folder / ("nobody" if user == "mailin" else where)),
        }
        return found | {"AUTO_KEY_FILE": self._auto_key} if user == "worker" else found

    def of_keys(self, user: str, sockets: str) -> dict[str, str]:
        """What a key process is told. One user runs these tests, and no user may be web and worker: so there
        are two such processes, each with another list."""
        here, nobody = str(os.geteuid()), str(os.geteuid() + 1)
        return {
            "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.keys",
            "KEYS_DATABASE_URL": self.url(user, "keys"),
            "EPOCH_DIR": str(self.folder / "epochs"),
            "KEYS_FOLDER": str(self.folder / sockets),
            "KEYS_WEB_USERS": here if sockets == "for-web" else nobody,
            "KEYS_WORKER_USERS": here if sockets == "for-worker" else nobody,
            "KEYS_OPERATOR_USERS": here,
        }

    def url(self, user: str, cluster: str) -> str:
        return f"postgresql://{user}@{self._host}:{self.ports[cluster]}/postgres"

    def manage(self, environment: dict[str, str], *command: str) -> str:
        return self._run([sys.executable, "manage.py", *command], environment)

    def part(self, user: str, part: str, told: Any = None) -> Any:
        """One part of the story below, as this user; gives what it told."""
        command = [sys.executable, __file__, part, json.dumps(told)]
        return json.loads(self._run(command, self.environment(user)))

    def execute(self, cluster: str, sql: str) -> list[tuple[Any, ...]]:
        """As the owner of everything."""
        import psycopg

        with psycopg.connect(self.url("postgres", cluster), autocommit=True) as database:
            done = database.execute(sql.encode())
            return done.fetchall() if done.description else []

    def _run(self, command: list[str], environment: dict[str, str]) -> str:
        done = subprocess.run(
            command, cwd=HOUSE, env={"PATH": os.environ["PATH"]} | environment,
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _secret(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, "ascii")
        path.chmod(0o400)
        return str(path)


@contextmanager
def larger_site(folder: Path) -> Iterator[Site]:
    """Both clusters with their tables and roles, and the key processes, while this lasts."""
    from survivor_portal.config.run import servers
    from survivor_portal.steward import rights
    from tests.integration.key_process import answers

    folder.chmod(0o711)
    with servers.postgres(folder / "cases") as cases, servers.postgres(folder / "keys") as keys:
        site = Site(folder, cases, keys)
        site.manage(site.environment("postgres"), "migrate", "-v0")
        site.manage(site.of_keys("postgres", "for-web"), "migrate", "--database", "keys", "-v0")
        for cluster in rights.Cluster:
            # Twice: it is run again after each change of the tables.
            for _ in range(2):
                site.execute(cluster.name, rights.sql(cluster))
        running = []
        try:
            for sockets in ("for-web", "for-worker"):
                environment = {"PATH": os.environ["PATH"]} | site.of_keys("keys", sockets)
                process = subprocess.Popen(
                    [sys.executable, "manage.py", "keys"], cwd=HOUSE, env=environment, stderr=subprocess.PIPE
                )
                running.append(process)
                answers(folder / sockets / "operator", process)
            yield site
        finally:
            for process in running:
                process.terminate()
                process.communicate(timeout=PATIENCE)


def main() -> None:
    """Runs one part and prints what it tells."""
    sys.path.insert(0, str(HOUSE))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "survivor_portal.config.settings.production")
    import django

    django.setup()
    from django.conf import settings

    from survivor_portal.seals import Cost

    settings.PHRASE_COST = Cost(kib=8, passes=1)
    print(json.dumps(PARTS[sys.argv[1]](json.loads(sys.argv[2]), datetime.now(UTC))))


def web_makes(_: Any, now: datetime) -> Any:
    """A page's work: cases kept, opened, deleted; something for the workers; an address for answers."""
    from django.db import transaction

    from survivor_portal.cases import access, codes, ending, entrusted, throttle
    from survivor_portal.correspondence import relays
    from survivor_portal.followups.models import Nudge, Reminder
    from survivor_portal.visits import visit

    access.prepare()
    made = [access.open_new(now - timedelta(days=100), keep_days=30, phrase=PHRASE) for _ in range(3)]
    living = access.open_new(now, phrase=PHRASE)
    access.confirm(living.session.case, PHRASE, now)
    gone = access.open_new(now, phrase=PHRASE)
    ending.erase(gone.session.case, PHRASE, now)
    for code in (living.code, codes.new_code()):
        try:
            access.open_with(code, "not the phrase", now)
        except access.NotOpened:
            continue
    throttle.sweep(now)
    case = living.session.case
    with transaction.atomic():
        capsule = entrusted.put_due(case.id, "mail", b"a letter", now, now + timedelta(days=1))
        over = _waits(made[0].session.case.id, now)
        back = entrusted.put(case.id, "mail", b"a letter", now + timedelta(days=1))
    entrusted.take_back([back])
    address = relays.open(case.id, "0" * 32, now)
    for number, one in enumerate((living, made[0])):
        reminder = Reminder.objects.create(id=f"{number:032}", case_id=one.session.case.id)
        Nudge.objects.create(id=f"{number:032}", reminder=reminder, mark="")
    visit.begin(now - timedelta(days=2))
    return {"code": living.code, "case": case.id, "capsule": capsule, "over": over, "address": address}


def _waits(case_id: str, now: datetime) -> str:
    from survivor_portal.cases import entrusted

    later = now + timedelta(hours=1)
    return entrusted.put_due(case_id, "mail", b"a letter", later, now + timedelta(days=1))


def worker_opens(told: Any, now: datetime) -> Any:
    """A worker's work: open what it was given, tell the case, cross it off."""
    from survivor_portal.cases import entrusted, slot
    from survivor_portal.followups import reminders, sending
    from survivor_portal.keystore import capsules
    from survivor_portal.slips import due

    opened = capsules.open(told["capsule"], "mail", now).decode()
    (claim,) = due.claim(now, kinds=["mail"])
    work = due.begin(claim.id, claim.token, now)
    assert work is not None
    due.done(work, now, lambda: slot.drop(told["case"], "mail_sent", {"request": "0" * 32}, now))
    entrusted.take_back([told["capsule"]])
    assert sending._first_today(told["case"], told["capsule"], now)
    reminders.end(told["case"], reminders.Why.refused, now)
    return opened


def mail_comes(told: Any, now: datetime) -> Any:
    """The work of the door for mail: look where it goes, count it, leave it in the case."""
    from survivor_portal.correspondence import incoming, relays
    from survivor_portal.mails import Read, read

    token = told["address"].partition("@")[0]
    route, may = incoming.may_come(token, now)
    mail = read(b"From: desk@reports.example\r\nSubject: Your request\r\n\r\nWe looked at it.\r\n")
    assert route is not None
    assert isinstance(mail, Read)
    incoming.turn_away(route, now)
    taken = incoming.arrive(route, mail, now)
    return [may, taken, incoming.may_come("a" * 26, now)[1], relays.find("b" * 26, now) is None]


def counts_tell(_: Any, now: datetime) -> Any:
    """The work of the operator's figures: the names of all that could be asked, and what is not ready."""
    from survivor_portal.steward import figures, health

    return [sorted({one.name for one in figures.figures(now)}), health.not_ready()]


def web_keeps(_: Any, now: datetime) -> Any:
    """A page's work: two more cases that are kept."""
    from survivor_portal.cases import access

    access.prepare()
    made = [access.open_new(now, phrase=PHRASE) for _ in range(2)]
    for new in made:
        access.confirm(new.session.case, PHRASE, now)
    return [new.code for new in made]


def web_deletes(code: Any, now: datetime) -> Any:
    """A page's work: its owner deletes a case."""
    from survivor_portal.cases import access, ending

    ending.erase(access.open_with(code, PHRASE, now).session.case, PHRASE, now)


def web_opens(codes: Any, now: datetime) -> Any:
    """Which of these open."""
    from survivor_portal.cases import access

    found = []
    for code in codes:
        try:
            access.open_with(code, PHRASE, now)
            found.append(True)
        except access.NotOpened:
            found.append(False)
    return found


def web_reads(told: Any, now: datetime) -> Any:
    """A page's work again: open the case and take in what came."""
    from survivor_portal.cases import access, slot

    opened = access.open_with(told["code"], PHRASE, now)
    return [arrived["kind"] for arrived in slot.take_in(opened.session.case, now)]


def web_stands_at_a_desk(_: Any, now: datetime) -> Any:
    """The work of the desk: people come, are let in, open a granted case, and one of them is removed."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.cache import cache

    from survivor_portal.advocates import opened, organisations, people, recovery, seats, tickets
    from survivor_portal.advocates.who import Role
    from survivor_portal.cases import access, departures, grants
    from survivor_portal.takedowns import rekey

    def comes(email: str) -> opened.Session:
        known = people.known(email, PHRASE)
        return opened.begin(known.who.id, known.secret, opened.new_bind(), now)

    access.prepare()
    _, team = organisations.make("Helpline", "US", "Night team", now)
    tickets.join(tickets.invite_first(team, "ana@work.example", now), "Ana Li", PHRASE, now)
    ana = comes("ana@work.example")
    tickets.join(tickets.invite(ana, team, "bo@work.example", Role.advocate, now), "Bo Ek", PHRASE, now)
    (waits,) = seats.waiting(ana, team)
    seats.let_in(ana, team, waits.who.id, now)
    recovery.make(ana, team, now)
    try:
        people.known("nobody@work.example", PHRASE)
    except people.WrongPassword:
        refused = True
    owner = access.open_new(now, phrase=PHRASE).session.case
    until = now + timedelta(days=90)
    terms = grants.Terms("Help", frozenset(grants.Scope), until, grants.Consent.adult, typed_name="R.")
    (seat,) = ana.seats
    release = grants.give(owner, seat.team, terms, now)
    by_bo = rekey.open_as(comes("bo@work.example"), release.grant_id, now).case.id
    departures.remove(ana, team, waits.who.id, now)
    people.change_password(ana.who.id, PHRASE, PHRASE + " and more", now)
    store = SessionStore()
    store["second"] = True
    store.save()
    used_once = [cache.add("a code", True, 60), cache.add("a code", True, 60)]
    again = opened.begin(ana.who.id, people.secret_of(ana.who.id, PHRASE + " and more"), ana.row_id, now)
    by_ana = rekey.open_as(again, release.grant_id, now).case.id
    return [refused, by_bo == by_ana == owner.id, used_once, len(seats.members(again, team))]


PARTS = {
    "web_stands_at_a_desk": web_stands_at_a_desk,
    "web_makes": web_makes,
    "worker_opens": worker_opens,
    "mail_comes": mail_comes,
    "counts_tell": counts_tell,
    "web_reads": web_reads,
    "web_keeps": web_keeps,
    "web_deletes": web_deletes,
    "web_opens": web_opens,
}

if __name__ == "__main__":
    main()
