"""Which user of the databases may do what with which column, table by table, and the SQL made from it.

A larger site has a user of PostgreSQL for each process. Somebody who takes over the one that reads mail, or a
worker, reaches with its login what that process needs and no more: no record, no book, no request.

A new table needs a line here before it is used: the build compares this with the models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The users of both clusters; beside them there is the owner, who makes and changes tables."""

    web = "web"
    worker = "worker"
    mailin = "mailin"
    keys = "keys"
    backup = "backup"
    # For the operator's monitoring: it counts, and says how old things are.
    counts = "counts"


class Cluster(StrEnum):
    """The two clusters, by Django's names for them."""

    cases = "default"
    keys = "keys"


ALL = "*"
NONE = ""


@dataclass(frozen=True, slots=True)
class Right:
    """What one role may do with one table. Columns by name, ALL of them, or NONE."""

    select: str = NONE
    insert: str = NONE
    update: str = NONE
    delete: bool = False


WRITES = Right(ALL, ALL, ALL, True)
READS = Right(ALL)

ROLES: dict[Cluster, tuple[Role, ...]] = {
    Cluster.cases: (Role.web, Role.worker, Role.mailin, Role.backup, Role.counts),
    Cluster.keys: (Role.keys, Role.backup),
}

_Line = Mapping[Role, Right]


def _of(
    web: Right = WRITES,
    worker: Right | None = None,
    mailin: Right | None = None,
    counts: Right | None = None,
) -> _Line:
    given = {Role.web: web, Role.worker: worker, Role.mailin: mailin, Role.backup: READS, Role.counts: counts}
    return {role: right for role, right in given.items() if right is not None}


# A worker deletes by day, by case or by id: of what it deletes it sees these and nothing else.
TABLES: dict[Cluster, dict[str, _Line]] = {
    Cluster.cases: {
        "cases_case": _of(
            worker=Right(
                "id code_index owner public_key expires_on confirm_by",
                update="wrap recovery_wrap sealed_key public_key expires_on wants_new_key",
                delete=True,
            ),
            # What a letter is sealed to.
            mailin=Right("id public_key"),
            # How many there are. Not their names: so nobody can tell which ends when.
            counts=Right("owner expires_on"),
        ),
        "cases_record": _of(worker=Right("case_id", delete=True)),
        "cases_entry": _of(worker=Right("case_id", delete=True)),
        # The letter slot: both put in, neither reads what is there.
        "cases_arrival": _of(
            worker=Right("id case_id kind", insert=ALL, delete=True),
            mailin=Right("case_id kind", insert=ALL),
        ),
        "cases_entrusted": _of(worker=Right("id case_id expires_at", delete=True)),
        "cases_unlocked": _of(
            worker=Right("id tag at_desk created_at seen_at", delete=True), counts=Right("at_desk")
        ),
        "cases_throttle": _of(worker=Right(ALL, update="strikes next_try_at", delete=True)),
        "cases_gone": _of(worker=Right(ALL, insert=ALL, delete=True)),
        # A release ends by the day; of it a worker sees no key and of the staff nothing.
        "cases_grant": _of(
            worker=Right("id case_id expires_at revoked_at", update="sealed revoked_at", delete=True)
        ),
        "cases_look": _of(worker=Right("id made_at", delete=True)),
        "cases_offer": _of(worker=Right("id case_id expires_at", delete=True)),
        "advocates_organisation": _of(),
        "advocates_team": _of(),
        "advocates_person": _of(worker=Right("id is_active", update="name")),
        "advocates_membership": _of(),
        "advocates_ticket": _of(worker=Right("id expires_at", delete=True)),
        "advocates_atdesk": _of(worker=Right("id created_at seen_at", delete=True)),
        "advocates_deed": _of(worker=Right("id at person_id about_id", delete=True)),
        "advocates_savedfilter": _of(),
        "advocates_remembered": _of(worker=Right("cache_key expires", delete=True)),
        "account_emailaddress": _of(),
        "account_emailconfirmation": _of(),
        "mfa_authenticator": _of(),
        "auth_group": _of(web=READS),
        "auth_group_permissions": _of(web=READS),
        "auth_permission": _of(web=READS),
        "django_content_type": _of(web=READS),
        "django_session": _of(worker=Right("session_key expire_date", delete=True)),
        "takedowns_takedown": _of(worker=Right("id case_id", delete=True)),
        "correspondence_relay": _of(
            worker=Right(ALL, delete=True),
            mailin=Right(ALL, update="day of_day in_all"),
        ),
        # The door for mail writes that something came, and reads nothing of it.
        "correspondence_fresh": _of(worker=Right(ALL, delete=True), mailin=Right(insert=ALL)),
        "correspondence_outgoing": _of(worker=Right(ALL, delete=True)),
        "followups_reminder": _of(worker=Right(ALL, update="last_at last_by", delete=True)),
        "followups_nudge": _of(worker=Right(ALL, delete=True)),
        "insights_wrongaddress": _of(),
        "insights_teamcount": _of(),
        # A hash of what only one browser knows; something has to be named to be counted.
        "visits_visit": _of(worker=Right("id created_at seen_at", delete=True), counts=Right("id")),
        "slips_slip": _of(worker=WRITES, counts=Right("id kind subject state due_at lease_until attempts")),
        # Pages put capsules in and take them back. Only a worker opens one.
        "keystore_capsule": _of(
            web=Right("id purpose expires_at", insert=ALL, delete=True),
            worker=Right(ALL, delete=True),
        ),
        "django_migrations": _of(web=READS, worker=READS, mailin=READS, counts=READS),
    },
    Cluster.keys: {
        "keystore_shred": {Role.keys: WRITES, Role.backup: READS},
        "keystore_capsulekey": {Role.keys: WRITES, Role.backup: READS},
        "django_migrations": {Role.keys: READS, Role.backup: READS},
    },
}


def sql(cluster: Cluster) -> str:
    """What the owner of the tables runs in this cluster's database, after each change of the tables.

    Makes the roles that are missing, without passwords, takes every right from them and gives those above.
    """
    roles = ROLES[cluster]
    names = ", ".join(roles)
    lines = ["BEGIN;", *(_made(role) for role in roles)]
    lines += [
        _in_this_database("REVOKE ALL ON DATABASE %I FROM PUBLIC"),
        _in_this_database(f"GRANT CONNECT ON DATABASE %I TO {names}"),
        "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
        f"GRANT USAGE ON SCHEMA public TO {names};",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {names};",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {names};",
        # A copy of the database holds its counters too.
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {Role.backup};",
    ]
    for table, line in TABLES[cluster].items():
        for role in roles:
            if right := line.get(role):
                lines += _granted(table, role, right)
    return "\n".join([*lines, "COMMIT;", ""])


def _made(role: Role) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION; END IF; END $$;"
    )


def _in_this_database(statement: str) -> str:
    return f"DO $$ BEGIN EXECUTE format('{statement}', current_database()); END $$;"


def _granted(table: str, role: Role, right: Right) -> list[str]:
    columns = {"SELECT": right.select, "INSERT": right.insert, "UPDATE": right.update}
    given = [
        what if names == ALL else f"{what} ({', '.join(names.split())})"
        for what, names in columns.items()
        if names != NONE
    ]
    given += ["DELETE"] if right.delete else []
    return [f"GRANT {', '.join(given)} ON {table} TO {role};"] if given else []
