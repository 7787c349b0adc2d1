"""T3: what stands in clear is what the design allows, by its meaning and by what a full database holds.

`ALLOWED` is the list of the security design (its section 4), written down a second time and by hand; the list
of columns in `docs/clear-columns.csv` is compared with the models elsewhere.
"""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from pytest_django import Settings

from survivor_portal import directory, seals
from survivor_portal.cases import access, book, entrusted, grants, ledger, offers, records, slot
from survivor_portal.cases.keys import OpenCase
from survivor_portal.config.env import HOUSE
from survivor_portal.correspondence import incoming, outgoing, relays
from survivor_portal.followups import reminders
from survivor_portal.followups.models import Reminder
from survivor_portal.insights import tally, team_counts
from survivor_portal.mails import Read
from survivor_portal.slips import due as slips
from survivor_portal.takedowns import operations, rekey
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.process import Move, State
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.visits import visit as visits
from tests.desk import a_grant, a_team, at_desk

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NOW = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC)

# What the design names for each table, and the column it became.
ALLOWED = {
    "cases_case": {
        "id": "id", "code index": "code_index", "KDF id": "kdf", "KDF salt": "salt", "wraps": "wrap",
        "CASE_PK": "public_key", "expires_on": "expires_on", "last_active_on": "last_active_on",
        "owner kind": "owner",
    },
    "cases_record": {
        "id": "id", "case": "case_id", "kind": "kind", "revision": "revision", "padded envelope": "envelope",
    },
    "cases_arrival": {"id": "id", "case": "case_id", "kind": "kind", "padded envelope": "envelope"},
    "takedowns_takedown": {
        "id": "id", "case": "case_id", "platform slug": "platform", "kind": "kind", "state": "state",
        "due_at": "due_at", "next_action_at": "next_action_at", "assignee": "assignee",
        "revision": "revision", "overview": "overview", "details": "details",
    },
    "cases_grant": {
        "id": "id", "case": "case_id", "team": "team_id", "expires_at": "expires_at",
        "revoked_at": "revoked_at", "wrap": "sealed",
    },
    "cases_entry": {"case": "case_id", "seq": "seq", "day": "day", "salted leaf": "leaf", "head": "head"},
    "cases_unlocked": {"hashed token": "id", "blob": "sealed", "times": "created_at"},
    "cases_throttle": {"code index": "id", "failures": "strikes", "next try": "next_try_at"},
    "correspondence_relay": {
        "token index": "id", "case": "case_id", "request": "takedown_id", "closes_on": "closes_on",
        "counter": "in_all", "counter of the day": "of_day", "its day": "day",
    },
    "correspondence_fresh": {"case": "case_id"},
    "correspondence_outgoing": {"id": "id", "relay": "relay_id", "until": "until"},
    # Of what goes out on a day that was asked for.
    "followups_reminder": {
        "stop index": "id", "case": "case_id", "last_at": "last_at", "last_by": "last_by",
        "to_plan": "to_plan",
    },
    "followups_nudge": {
        "id": "id", "reminder": "reminder_id", "mark": "mark", "for an answer": "for_answer",
    },
    # Of the outbox.
    "slips_slip": {
        "id": "id", "kind": "kind", "state": "state", "attempts": "attempts", "lease": "lease_until",
        "due_at": "due_at",
    },
}  # fmt: skip
# What is there beside it, each for a reason that stands in `docs/clear-columns.csv`.
BESIDE = {
    "cases_case": {
        "recovery_salt",
        "recovery_wrap",
        "book_length",
        "book_mark",
        "confirm_by",
        "owner_key",
        "sealed_key",
        "key_number",
        "wants_new_key",
    },
    "cases_grant": {"team_key_number", "listed_on"},
    "cases_look": {"id", "made_at"},
    "cases_offer": {"id", "kind", "team_id", "person_id", "case_id", "sealed", "expires_at"},
    "cases_entry": {"id", "envelope"},
    "cases_unlocked": {"tag", "seen_at", "at_desk"},
    "cases_throttle": {"unseen"},
    # What was ended, by blind name, so that no backup brings it back.
    "cases_gone": {"id", "gone_on"},
    # Not of a case: the visit, a count of presses, and the second database.
    "visits_visit": {"id", "sealed", "created_at", "seen_at"},
    "insights_wrongaddress": {"id", "channel", "month", "count"},
    # Totals of a team; small ones are never shown.
    "insights_teamcount": {"id", "team", "month", "what", "row", "count"},
    "keystore_shred": {"id", "epoch", "wrapped"},
    # What a worker may hold, and the key of it; and which case it is of.
    "cases_entrusted": {"id", "case_id", "expires_at"},
    "slips_slip": {"subject", "key", "token"},
    "keystore_capsule": {"id", "purpose", "expires_at", "envelope"},
    "keystore_capsulekey": {"id", "epoch", "wrapped", "expires_at"},
}
# Of people at a desk and of the libraries for their accounts, never of those they help.
OF_STAFF = ("advocates_", "account_", "mfa_", "auth_", "django_content_type", "django_session")
# Times of day stand in clear in these columns only; all else is a day or inside an envelope.
MOMENTS = {
    "takedowns_takedown.due_at", "cases_case.confirm_by", "cases_unlocked.created_at",
    "cases_unlocked.seen_at", "cases_throttle.next_try_at", "visits_visit.created_at", "visits_visit.seen_at",
    "slips_slip.due_at", "slips_slip.lease_until", "keystore_capsule.expires_at",
    "keystore_capsulekey.expires_at", "cases_entrusted.expires_at",
    "correspondence_outgoing.until", "followups_reminder.last_at",
    "takedowns_takedown.next_action_at", "cases_grant.expires_at", "cases_grant.revoked_at",
    "cases_look.made_at", "cases_offer.expires_at",
}  # fmt: skip

TO_THE_HOUR = {
    "takedowns_takedown.due_at", "takedowns_takedown.next_action_at", "correspondence_outgoing.until",
    "keystore_capsule.expires_at",
    "keystore_capsulekey.expires_at",
}  # fmt: skip

HEX_32, HEX_64 = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{64}")
WORD = re.compile("[a-z0-9_]{2,20}")
# What a column of letters may hold. Nothing else may stand there, whatever was typed.
SHAPES = {
    "cases_case.id": HEX_32, "cases_case.code_index": HEX_32,
    "cases_case.owner": re.compile("person|guardian|team|nobody"),
    "cases_record.id": HEX_32, "cases_record.case_id": HEX_32, "cases_record.kind": WORD,
    "cases_arrival.id": HEX_32, "cases_arrival.case_id": HEX_32, "cases_arrival.kind": WORD,
    "cases_entry.case_id": HEX_32,
    "cases_grant.id": HEX_32, "cases_grant.case_id": HEX_32, "cases_grant.team_id": HEX_32,
    "cases_look.id": HEX_32, "cases_offer.id": HEX_32, "cases_offer.kind": re.compile("let_in|take_over"),
    "cases_offer.team_id": HEX_32, "cases_offer.person_id": HEX_32, "cases_offer.case_id": HEX_32,
    "cases_unlocked.at_desk": re.compile("([0-9a-f]{64})?"),
    "takedowns_takedown.assignee": re.compile("([0-9a-f]{32})?"),
    "cases_entrusted.id": HEX_32, "cases_entrusted.case_id": HEX_32, "cases_gone.id": HEX_32,
    "cases_unlocked.id": HEX_64, "cases_unlocked.tag": HEX_32,
    "cases_throttle.id": re.compile("(phrase|recovery|again):[0-9a-f]{32}"),
    "takedowns_takedown.id": HEX_32, "takedowns_takedown.case_id": HEX_32,
    "takedowns_takedown.kind": WORD,
    "takedowns_takedown.platform": re.compile("|".join(["other", *(p.key for p in directory.platforms())])),
    "takedowns_takedown.state": re.compile("|".join(State)),
    "correspondence_relay.id": HEX_32, "correspondence_relay.case_id": HEX_32,
    "correspondence_relay.takedown_id": HEX_32, "correspondence_outgoing.id": HEX_32,
    "correspondence_outgoing.relay_id": HEX_32, "correspondence_fresh.case_id": HEX_32,
    "followups_reminder.id": HEX_32, "followups_reminder.case_id": HEX_32,
    "followups_reminder.last_by": re.compile("([0-9a-f]{32})?"),
    "followups_nudge.id": HEX_32, "followups_nudge.reminder_id": HEX_32, "followups_nudge.mark": HEX_32,
    "visits_visit.id": HEX_64,
    "insights_wrongaddress.channel": re.compile("[a-z0-9-]+:[a-z0-9_-]+"),
    "insights_teamcount.team": HEX_32,
    "insights_teamcount.what": re.compile("lock|let_in|sent|answered|removed|refused"),
    "insights_teamcount.row": re.compile("(site:[a-z0-9-]+|law:[a-z0-9-]+)?"),
    "keystore_shred.id": HEX_32,
    "slips_slip.id": HEX_32, "slips_slip.kind": WORD, "slips_slip.subject": re.compile("([0-9a-f]{32})?"),
    "slips_slip.key": HEX_64, "slips_slip.state": re.compile("waiting|taken|done|dead"),
    "slips_slip.token": re.compile("([0-9a-f]{32})?"),
    "keystore_capsule.id": HEX_32, "keystore_capsule.purpose": WORD, "keystore_capsulekey.id": HEX_32,
}  # fmt: skip
# Envelopes of text: version, nonce, key or salt in front, tag behind, and steps of 256 bytes between.
AROUND = {
    "cases_record.envelope": 1 + 12 + 16, "cases_entry.envelope": 1 + 12 + 16,
    "cases_grant.sealed": 1 + 32 + 16, "cases_offer.sealed": 16 + 1 + 32 + 12 + 16,
    "cases_case.book_mark": 1 + 12 + 16, "cases_case.sealed_key": 1 + 32 + 16,
    "takedowns_takedown.overview": 1 + 12 + 16,
    "takedowns_takedown.details": 1 + 12 + 16, "cases_arrival.envelope": 1 + 32 + 16,
    "cases_unlocked.sealed": 1 + 32 + 12 + 16, "visits_visit.sealed": 1 + 32 + 12 + 16,
    "keystore_capsule.envelope": 1 + 32 + 12 + 16, "keystore_shred.wrapped": 1 + 32 + 12 + 16,
    "keystore_capsulekey.wrapped": 1 + 32 + 12 + 16,
}  # fmt: skip
# And those of fixed length: keys, salts, wraps, hashes.
FIXED = {
    "cases_case.salt": 16, "cases_case.recovery_salt": 16, "cases_case.wrap": 77,
    "cases_case.recovery_wrap": 77, "cases_case.public_key": 32, "cases_case.owner_key": 32,
    "cases_entry.leaf": 32, "cases_entry.head": 32,
}  # fmt: skip
EMPTY_IN_THE_STAND_IN = {
    "cases_case.public_key", "cases_case.book_mark", "cases_case.owner_key", "cases_case.sealed_key",
}  # fmt: skip


MAY_BE_EMPTY = {
    "cases_case.confirm_by", "takedowns_takedown.due_at", "slips_slip.lease_until", "cases_grant.revoked_at",
    "cases_grant.listed_on", "cases_offer.case_id",
}  # fmt: skip


def columns() -> Iterator[tuple[str, "models.Field[Any, Any]"]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table.startswith(OF_STAFF):
            continue
        for field in model._meta.concrete_fields:
            yield f"{model._meta.db_table}.{field.column}", field


def test_t03_the_columns_are_those_of_the_design_and_the_known_ones_beside() -> None:
    named = {f"{table}.{column}" for table, given in ALLOWED.items() for column in given.values()}
    beside = {f"{table}.{column}" for table, given in BESIDE.items() for column in given}
    listed = {
        f"{row['table']}.{row['column']}"
        for row in csv.DictReader((HOUSE / "docs/clear-columns.csv").read_text("utf-8").splitlines())
        if not row["table"].startswith(OF_STAFF)
    }

    assert {name for name, _field in columns()} == named | beside == listed
    assert named & beside == set()


def test_t03_a_time_of_day_stands_in_clear_where_it_must_and_nowhere_else() -> None:
    kinds = {name: field for name, field in columns() if isinstance(field, models.DateField)}

    assert {name for name, field in kinds.items() if isinstance(field, models.DateTimeField)} == MOMENTS
    assert {"cases_case.expires_on", "cases_case.last_active_on", "cases_entry.day"} <= kinds.keys() - MOMENTS


def test_t03_every_column_is_an_envelope_a_number_a_day_or_has_a_shape() -> None:
    letters, sealed = set(), set()
    for name, field in columns():
        target = field.target_field if isinstance(field, models.ForeignKey) else field
        if isinstance(target, models.BinaryField):
            sealed.add(name)
        elif isinstance(target, models.CharField | models.TextField):
            letters.add(name)
        else:
            known = models.IntegerField | models.DateField | models.AutoField | models.BooleanField
            assert isinstance(target, known), name

    assert letters == SHAPES.keys()
    assert sealed == AROUND.keys() | FIXED.keys()


def filled() -> None:
    """Something in every table, with words and odd names wherever a person may type any."""
    access.prepare()
    words = "Ünique Marker 77, https://secret.example/marker"
    new = access.open_new(NOW, phrase=f"{words} as a phrase", owner=access.Owner.guardian)
    other = access.open_new(NOW)
    case = new.session.case
    access.new_recovery_code(new.session, new.phrase, NOW)
    with pytest.raises(access.NotOpened):
        access.open_with(other.code, words, NOW)
    for length in (1, 255, 256, 5000):
        records.add(case, "plan", {"links": [words * length]}, book.Note("plan_kept"), NOW)
        slot.drop(case.id, "draft", {"text": words * length}, NOW)
    place = operations.Place(1, words, words, words, words, 1)
    for platform, site in (("x", ""), ("", "secret.example")):
        made = operations.begin(
            case, platform=platform, kind="request_48h", label=words, to=words, grounds=("us-tida",),
            places=[place], now=NOW, site=site,
        )  # fmt: skip
        sent = Entry(made.next_seq, Move.SEND, NOW, (1,), how=How.FORM, ticket=words)
        due = due_by(NOW, counts_as_minor=False, zone=UTC)
        operations.note(case, made, sent, NOW + timedelta(minutes=7), due=due)
    granted(case, other.session.case)
    token, visit = visits.begin(NOW)
    visit.data["links"] = words
    visits.save(visit, NOW)
    assert token
    address = relays.draw()
    outgoing.put(case, made.id, address, [outgoing.Draft("a@marker.example", words, words, 2)], NOW)
    route = relays.find(address.partition("@")[0], NOW)
    assert route
    relays.count(route, NOW)
    incoming.arrive(route, Read(words), NOW)
    ledger.write(ledger.Ended.case, [words], NOW)
    capsule = entrusted.of(case.id)[0]
    noted(case, f"{words.split()[1]}@secret.example", capsule)
    slips.put("visits", capsule, NOW, words)
    slips.claim(NOW)
    first = next(c for p in directory.platforms() for c in (f"{p.key}:{ch.key}" for ch in p.channels))
    tally.wrong_address(first, NOW.date())


def granted(case: OpenCase, other: OpenCase) -> None:
    """Releases to a team, one taken back; looks from its desk, also in vain; a one-time code."""
    team = a_team(("Marker Person",), name="Marker Team", organisation="Marker House")
    desk, at = at_desk(team.people[0], NOW), NOW + timedelta(minutes=1)
    held = a_grant(case, team, NOW, label="Marker, blue").grant_id
    back = a_grant(other, team, NOW, label="Marker, green").grant_id
    rekey.revoke(other, back, at)
    assert held in grants.keys_of(desk, [held, back], at)
    rekey.open_as(desk, held, at)
    with pytest.raises(grants.NotLetIn):
        rekey.open_as(desk, back, at)
    assert offers.make_take_over(team.people[0].id, team.id, case, at)
    team_counts.count((team.id,), [team_counts.Event(team_counts.What.SENT, "x", ("us-tida",))], NOW.date())


def noted(case: OpenCase, to: str, last: str) -> None:
    """Notes that are on, one of them planned, and one that went out."""
    asked = reminders.ask(case, reminders.Wish(to), NOW, link=lambda token: token)
    assert reminders.confirm(case, asked.number, NOW)
    reminders.replan(case, lambda: (), lambda day: day, NOW, zone=UTC, link=lambda token: token)
    Reminder.objects.update(last_at=NOW, last_by=last)


def test_t03_in_a_full_database_every_value_has_its_shape(settings: Settings) -> None:
    settings.AUTO_PUBLIC_KEY = seals.new_pair().public.hex()
    filled()
    met = dict.fromkeys((name for name, _field in columns()), 0)
    for model in apps.get_models():
        if model._meta.db_table.startswith(OF_STAFF):
            continue
        for row in model._default_manager.values():
            for column, value in row.items():
                name = f"{model._meta.db_table}.{column}"
                met[name] += value is not None
                _fits(name, value, stand_in=row.get("owner") == "nobody")

    # A test that met no value of a column would be content with anything in it.
    assert [name for name, count in met.items() if not count] == []


def _fits(name: str, value: Any, *, stand_in: bool) -> None:
    if value is None:
        assert name in MAY_BE_EMPTY, name
    elif name in SHAPES:
        assert SHAPES[name].fullmatch(value), name
    elif stand_in and name in EMPTY_IN_THE_STAND_IN:
        # The one that stands in for unknown codes holds nothing.
        assert bytes(value) == b""
    elif name == "cases_grant.sealed" and not value:
        # It ended.
        return
    elif name in AROUND:
        inside = len(bytes(value)) - AROUND[name]
        assert inside > 0, name
        assert inside % 256 == 0, name
    elif name in FIXED:
        assert len(bytes(value)) == FIXED[name], name
    elif isinstance(value, datetime):
        assert name in MOMENTS, name
        if name in TO_THE_HOUR:
            assert (value.minute, value.second, value.microsecond) == (0, 0, 0)
    else:
        assert isinstance(value, int | date), name
    if isinstance(value, str | bytes | memoryview):
        text = value if isinstance(value, str) else bytes(value).decode("latin-1")
        assert "arker" not in text, name
