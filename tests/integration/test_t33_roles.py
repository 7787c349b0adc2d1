"""T33: each process of a larger site does its whole work with its own login, and reaches nothing beside it.

Real clusters, real logins, real key processes; every process under the settings of production.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from psycopg.errors import InsufficientPrivilege

from survivor_portal.followups.reminders import TOLD
from survivor_portal.jobs import table
from survivor_portal.keystore.router import Keys
from survivor_portal.steward import rights
from survivor_portal.steward.rights import ALL, ROLES, TABLES, Cluster, Right, Role
from tests.integration.larger_site import HOUSE, PATIENCE, Site, larger_site

# What a worker and the door for mail must never read, whatever the table of rights says.
SEALED = {
    "cases_case": {"salt", "wrap", "recovery_salt", "recovery_wrap", "sealed_key", "book_mark"},
    "cases_record": {"envelope"},
    "cases_entry": {"envelope", "leaf", "head"},
    "cases_arrival": {"envelope"},
    "cases_unlocked": {"sealed"},
    "cases_grant": {"sealed", "team_id"},
    "cases_offer": {"sealed", "team_id", "person_id"},
    "takedowns_takedown": {"overview", "details"},
    "visits_visit": {"sealed"},
    "advocates_team": {"recovery_sealed"},
    "advocates_person": {"password", "salt", "wrap", "name", "email"},
    "advocates_membership": {"sealed", "person_id"},
    "advocates_ticket": {"email", "person_id", "team_id"},
    "advocates_atdesk": {"sealed", "person_id"},
    "advocates_remembered": {"value"},
    "advocates_savedfilter": {"sealed"},
    "mfa_authenticator": {"data"},
    "django_session": {"session_data"},
}


# Emptied when a case or a release ends, or when nothing speaks of somebody who left; and never read.
EMPTIED = {
    "advocates_person": {"name"},
    "cases_case": {"wrap", "recovery_wrap", "sealed_key"},
    "cases_grant": {"sealed"},
}


def columns() -> dict[Cluster, dict[str, set[str]]]:
    """Every table of the models, by the cluster it lies in."""
    found: dict[Cluster, dict[str, set[str]]] = {cluster: {} for cluster in Cluster}
    for model in apps.get_models(include_auto_created=True):
        for cluster in Cluster:
            if Keys().allow_migrate(cluster, model._meta.app_label, model._meta.model_name):
                named = {field.column for field in model._meta.concrete_fields}
                found[cluster][model._meta.db_table] = named
    return found


@pytest.mark.parametrize("cluster", Cluster)
def test_every_table_says_who_may_do_what(cluster: Cluster) -> None:
    named = TABLES[cluster].keys() - {"django_migrations"}

    assert named == columns()[cluster].keys(), "each new table needs a line in steward/rights.py"


@pytest.mark.parametrize("cluster", Cluster)
def test_every_column_that_is_named_is_there(cluster: Cluster) -> None:
    for name, line in TABLES[cluster].items():
        there = columns()[cluster].get(name, {"id"})
        for right in line.values():
            for names in (right.select, right.insert, right.update):
                assert names == ALL or set(names.split()) <= there, name
            # What is written or deleted is found by something.
            assert right.select or not (right.update or right.delete), name


@pytest.mark.parametrize("role", [Role.worker, Role.mailin, Role.counts])
def test_nothing_sealed_is_given_to_who_opens_no_case(role: Role) -> None:
    for name, sealed in SEALED.items():
        right = TABLES[Cluster.cases][name].get(role, Right())
        for names in (right.select, right.update):
            reached = sealed if names == ALL else sealed & set(names.split())
            assert reached <= EMPTIED.get(name, set()), name
        assert right.select != ALL
        assert not sealed & set(right.select.split()), name


def test_mail_that_comes_in_reaches_an_address_a_public_key_the_slot_and_a_bell() -> None:
    reached = {name for name, line in TABLES[Cluster.cases].items() if Role.mailin in line}

    own = {"cases_case", "cases_arrival", "correspondence_relay", "correspondence_fresh"}
    assert reached == own | {"django_migrations"}
    # It rings, and sees neither for whom it rang before nor whether anybody wanted to hear it.
    assert TABLES[Cluster.cases]["correspondence_fresh"][Role.mailin] == Right(insert=ALL)
    assert TABLES[Cluster.cases]["cases_case"][Role.mailin] == Right("id public_key")


def test_nobody_of_the_site_has_a_login_among_the_keys() -> None:
    assert set(ROLES[Cluster.keys]) == {Role.keys, Role.backup}


def test_the_command_prints_what_the_owner_runs(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("roles", "keys")

    assert capsys.readouterr().out == rights.sql(Cluster.keys)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder, larger_site(Path(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def told(site: Site) -> Any:
    """What pages have made."""
    return site.part("web", "web_makes")


@pytest.mark.clusters
def test_t33_every_process_does_its_whole_work(site: Site, told: Any) -> None:
    assert site.part("worker", "worker_opens", told) == "a letter"
    assert site.part("mailin", "mail_comes", told) == ["yes", "yes", "never", True]
    said = site.manage(site.environment("worker"), "upkeep")
    operator = site.environment("web") | {"KEYS_SOCKET": str(site.folder / "for-web" / "operator")}
    turned = site.manage(operator, "rotate_epoch", "--now")
    assert site.part("web", "web_reads", told) == ["mail_sent", TOLD, "mail"]

    assert turned == "2 moved, 0 old keys destroyed.\n"
    assert said == f"done: {', '.join(table.REGULAR)}\n"
    # The one that lives, and the one that stands in for unknown codes; in both clusters.
    assert site.execute("cases", "SELECT count(*) FROM cases_case") == [(2,)]
    assert site.execute("keys", "SELECT count(*) FROM keystore_shred") == [(2,)]
    assert site.execute("cases", "SELECT count(*) FROM keystore_capsule") == [(0,)]
    assert site.execute("keys", "SELECT count(*) FROM keystore_capsulekey") == [(0,)]
    assert site.execute("cases", "SELECT count(*) FROM visits_visit") == [(0,)]
    # Four cases, and whatever of theirs is noted as well.
    assert site.execute("cases", "SELECT count(*) >= 4 FROM cases_gone") == [(True,)]


@pytest.mark.clusters
def test_t33_whoever_counts_has_all_figures_and_nothing_to_tell_cases_apart_by(site: Site, told: Any) -> None:
    site.execute(
        "cases",
        "INSERT INTO slips_slip (id, kind, subject, key, state, due_at, attempts, token) "
        f"VALUES ('{'1' * 32}', 'visits', '', '{'1' * 64}', 'waiting', now(), 0, '')",
    )
    names, missing = site.part("counts", "counts_tell")

    assert missing == []
    # None of a group is left out because one of its questions was refused.
    assert set(names) >= {
        "site_cases", "site_sessions", "site_slips", "site_slips_dead", "site_slips_oldest_seconds",
        "site_workers_late_seconds", "site_key_of_the_day_seconds", "site_keys_of_days_missing",
        "site_disk_free_bytes", "site_directory_rows",
    }  # fmt: skip
    reached = {name: line[Role.counts] for name, line in TABLES[Cluster.cases].items() if Role.counts in line}
    assert set(reached) == {"cases_case", "cases_unlocked", "visits_visit", "slips_slip", "django_migrations"}
    for name, right in reached.items():
        assert (right.insert, right.update, right.delete) == ("", "", False), name
        assert not {"case_id", "tag", "key", "token"} & set(right.select.split()), name
    assert "id" not in reached["cases_case"].select.split()


@pytest.mark.clusters
def test_t33_a_worker_does_all_that_is_regular_also_after_it_was_killed(site: Site, told: Any) -> None:
    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "work"], cwd=HOUSE, start_new_session=True,
            env={"PATH": os.environ["PATH"]} | site.environment("worker"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def rows() -> dict[str, tuple[str, int]]:
        found = site.execute("cases", "SELECT kind, state, attempts FROM slips_slip WHERE subject = ''")
        return {kind: (state, attempts) for kind, state, attempts in found}

    def wait_for(wanted: set[str]) -> None:
        until = time.monotonic() + PATIENCE
        later = "SELECT kind FROM slips_slip WHERE subject = '' AND state = 'waiting' AND due_at > now()"
        while not wanted <= {kind for (kind,) in site.execute("cases", later)}:
            assert time.monotonic() < until, rows()
            time.sleep(0.2)

    site.execute("cases", "DELETE FROM slips_slip")
    worker = start()
    try:
        wait_for({"visits"})
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        site.execute("cases", "UPDATE slips_slip SET lease_until = now() WHERE state = 'taken'")
        site.execute("cases", "UPDATE slips_slip SET due_at = now() WHERE state = 'waiting'")
        worker = start()
        wait_for(set(table.REGULAR))
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    assert rows() == dict.fromkeys(table.REGULAR, ("waiting", 0)), "none failed"


@pytest.mark.clusters
def test_t33_pages_get_ready_with_their_own_login_or_say_what_is_missing(site: Site) -> None:
    def prepared(more: dict[str, str]) -> str:
        return subprocess.run(
            [sys.executable, "-m", "survivor_portal.config.run.prepare"], cwd=HOUSE,
            env={"PATH": os.environ["PATH"]} | site.environment("web") | more,
            capture_output=True, text=True, timeout=PATIENCE,
        ).stderr  # fmt: skip

    newest = "(SELECT max(id) FROM django_migrations)"
    whole = prepared({})
    away = prepared({"KEYS_SOCKET": str(site.folder / "nobody")})
    ((app, name),) = site.execute(
        "cases", f"DELETE FROM django_migrations WHERE id = {newest} RETURNING app, name"
    )
    older = prepared({})
    site.execute(
        "cases", f"INSERT INTO django_migrations (app, name, applied) VALUES ('{app}', '{name}', now())"
    )

    assert whole == ""
    assert away == "The key process does not answer at the place KEYS_SOCKET names.\n"
    assert older == "The tables are not up to date. Run manage.py migrate as their owner first.\n"


def may(database: psycopg.Connection[Any], sql: str) -> bool:
    try:
        database.execute(sql.encode())
    except InsufficientPrivilege:
        return False
    return True


@pytest.mark.clusters
@pytest.mark.parametrize("role", [Role.worker, Role.mailin, Role.web, Role.backup, Role.counts])
def test_t33_beside_its_work_permission_is_denied(site: Site, role: Role) -> None:
    asked = 0
    with psycopg.connect(site.url(role, "cases"), autocommit=True) as database:
        for name, named in columns()[Cluster.cases].items():
            right = TABLES[Cluster.cases][name].get(role, Right())
            for column in sorted(named):
                for sql, names in (
                    (f'SELECT "{column}" FROM {name} LIMIT 0', right.select),
                    (f'UPDATE {name} SET "{column}" = NULL WHERE false', right.update),
                    (f'INSERT INTO {name} ("{column}") SELECT NULL WHERE false', right.insert),
                ):
                    asked += 1
                    assert may(database, sql) is (names == ALL or column in names.split()), sql
            assert may(database, f"DELETE FROM {name} WHERE false") is right.delete
            for never in (f"TRUNCATE {name}", f"DROP TABLE {name}", f"ALTER TABLE {name} ADD x int"):
                assert not may(database, never)
        assert asked > 200
        assert not may(database, "CREATE TABLE own (x int)")
        assert not may(database, "UPDATE django_migrations SET name = '' WHERE false")


@pytest.mark.clusters
@pytest.mark.parametrize("role", [Role.worker, Role.mailin, Role.counts])
def test_t33_records_books_and_requests_are_read_by_no_worker_and_no_mail(site: Site, role: Role) -> None:
    for name, sealed in SEALED.items():
        for column in sealed:
            with (
                psycopg.connect(site.url(role, "cases")) as database,
                pytest.raises(InsufficientPrivilege, match=f"permission denied for table {name}"),
            ):
                database.execute(f"SELECT {column} FROM {name}".encode())


@pytest.mark.clusters
@pytest.mark.parametrize("role", [Role.web, Role.worker, Role.mailin, Role.counts])
def test_t33_nobody_of_the_site_logs_in_where_the_keys_are(site: Site, role: Role) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(site.url(role, "keys"))


@pytest.mark.clusters
def test_t33_the_key_process_logs_in_among_the_keys_only(site: Site) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(site.url("keys", "cases"))
    with (
        psycopg.connect(site.url("keys", "keys"), autocommit=True) as database,
        pytest.raises(InsufficientPrivilege),
    ):
        database.execute(b"ALTER TABLE keystore_shred ADD x int")


@pytest.mark.clusters
def test_t33_people_work_at_a_desk_with_the_login_of_pages_and_the_worker_clears_up(site: Site) -> None:
    assert site.part("web", "web_stands_at_a_desk") == [True, True, [True, False], 1]
    past = "now() - interval '400 days'"
    site.execute("cases", f"UPDATE advocates_atdesk SET seen_at = {past}")
    site.execute("cases", f"UPDATE advocates_deed SET at = {past} WHERE kind = 'joined'")
    site.execute("cases", f"UPDATE django_session SET expire_date = {past}")
    site.execute("cases", f"UPDATE advocates_remembered SET expires = {past}")

    site.manage(site.environment("worker"), "upkeep")

    for table_name in ("advocates_atdesk", "django_session", "advocates_remembered", "advocates_ticket"):
        assert site.execute("cases", f"SELECT count(*) FROM {table_name}") == [(0,)], table_name
    assert site.execute("cases", "SELECT count(*) FROM advocates_deed WHERE kind = 'joined'") == [(0,)]
    # Of whoever was removed there is no key.
    kept = {name for (name,) in site.execute("cases", "SELECT id FROM advocates_person WHERE is_active")}
    people = {name for (name,) in site.execute("cases", "SELECT id FROM advocates_person")}
    with_key = {name for (name,) in site.execute("keys", "SELECT id FROM keystore_shred")}
    assert len(kept) == 1
    assert people & with_key == kept
