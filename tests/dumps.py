"""What somebody with a dump of a database can try: every envelope in it, and every wrap."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from survivor_portal import seals
from survivor_portal.cases import opening, phrases
from survivor_portal.cases.models import Case
from survivor_portal.cases.throttle import Bucket

Dump = dict[str, list[dict[str, Any]]]


def dumped(database: str) -> Dump:
    """Every row of every table of one database."""
    found: Dump = {}
    for model in apps.get_models():
        if (database == "keys") == (model._meta.app_label == "keystore"):
            rows: models.QuerySet[Any] = model._default_manager.all()
            found[model._meta.db_table] = list(rows.values())
    return found


def opened(dump: Dump, case_keys: list[bytes], halves: list[bytes]) -> int:
    """How many envelopes of the dump open with one of these case keys and one of these shred keys."""
    count = 0
    for case_key in case_keys:
        for half in halves:
            for place, envelope in sealed_rows(dump):
                try:
                    seals.unlock_record(case_key, half, envelope, place)
                except seals.WrongKey:
                    continue
                count += 1
    return count


def sealed_rows(dump: Dump) -> list[tuple[seals.Place, bytes]]:
    """Each envelope with the place it is bound to; a dump holds all that is needed to know it."""
    found = []
    for row in dump["cases_record"]:
        found.append(
            ("cases_record." + row["kind"], row["id"], row["case_id"], row["revision"], row["envelope"])
        )
    for row in dump["cases_entry"]:
        found.append(("cases_entry", str(row["seq"]), row["case_id"], 1, row["envelope"]))
    for row in dump["cases_case"]:
        if row["book_length"]:
            found.append(("cases_case", row["id"], row["id"], row["book_length"], row["book_mark"]))
    for row in dump["takedowns_takedown"]:
        for part in ("overview", "details"):
            place = (f"takedowns_takedown.{part}", row["id"], row["case_id"], row["revision"], row[part])
            found.append(place)
    return [(seals.Place(*place), bytes(envelope)) for *place, envelope in found]


def by_phrase(dump: Dump, phrase: str, halves: list[bytes]) -> list[bytes]:
    """Every key that comes out of a wrap of the dump with this phrase and one of these shred keys."""
    found = []
    for row in dump["cases_case"]:
        for salt, wrap in (("salt", "wrap"), ("recovery_salt", "recovery_wrap")):
            slow = seals.phrase_key(phrases.canonical(phrase), bytes(row[salt]), settings.PHRASE_COST)
            for half in halves:
                for bucket in Bucket:
                    context = opening.context(row["id"], bucket)
                    try:
                        owner = seals.unwrap(bytes(row[wrap]), phrase_key=slow, shred=half, context=context)
                        found.append(opening.opened_key(Case(**row), owner))
                    except seals.WrongKey:
                        continue
    return found
