"""A case under a new key: its owner notices nothing, and whoever had the old one opens nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from survivor_portal import seals
from survivor_portal.cases import access, book, keys, opening, phrases, records, slot, throttle, unlocked
from survivor_portal.cases import rekey as cases_rekey
from survivor_portal.cases.book import Note, Rekeyed
from survivor_portal.cases.models import Arrival, Case
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.rekey import rekey
from tests.dumps import dumped, opened, sealed_rows

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
A_PLACE = operations.Place(1, "A place", "https://x.example/1")


@pytest.fixture
def new() -> access.NewCase:
    """A case with something in every table that holds an envelope."""
    access.prepare()
    new = access.open_new(NOW)
    case = new.session.case
    records.add(case, "plan", {"links": ["https://x.example/1"]}, Note("plan_kept"), NOW)
    operations.begin(
        case,
        platform="x",
        kind="request",
        label="One",
        to="X",
        grounds=("us-tida",),
        places=[A_PLACE],
        now=NOW,
    )
    slot.drop(case.id, "draft", {"text": "typed too late"}, NOW)
    return new


def readable(case: keys.OpenCase) -> list[object]:
    """What its owner reads of it, but for the lines and numbers that a change of key adds."""
    entries = [entry for entry in book.timeline(case) if entry.note.kind not in ("rekeyed", "opened")]
    lines = operations.board(case)
    return [
        [(entry.at, entry.note.kind, entry.note.facts) for entry in entries],
        [record.document for record in records.read(case, "plan")],
        lines,
        [operations.read(case, line.id) for line in lines],
    ]


def halves(case: keys.OpenCase) -> list[bytes]:
    return [case.shred]


def test_phrase_and_recovery_code_open_everything_as_before(new: access.NewCase) -> None:
    recovery = access.new_recovery_code(new.session, new.phrase, NOW)
    before = readable(new.session.case)

    changed = rekey(new.session.case, LATER)

    assert readable(changed) == before
    by_phrase = access.open_with(new.code, new.phrase, LATER).session.case
    by_recovery = access.open_with_recovery(new.code, recovery, LATER).session.case
    assert by_phrase.case_key == by_recovery.case_key == changed.case_key != new.session.case.case_key
    assert readable(by_phrase) == readable(by_recovery) == before
    assert book.not_as_told(by_phrase) == {}


def test_t15_the_old_key_opens_nothing_of_a_whole_dump(new: access.NewCase) -> None:
    case = new.session.case
    (own,) = records.read(case, records.OWN)
    old_secret = bytes.fromhex(own.document["secret"])
    assert opened(dumped("main"), [case.case_key], halves(case)) == len(sealed_rows(dumped("main"))) >= 7

    changed = rekey(case, LATER)
    slot.drop(case.id, "mail", {"text": "came after"}, LATER)

    main = dumped("main")
    assert opened(main, [case.case_key], halves(case)) == 0
    assert opened(main, [changed.case_key], halves(case)) == len(sealed_rows(main))
    for row in Arrival.objects.all():
        with pytest.raises(seals.WrongKey):
            seals.open_sealed(
                old_secret, bytes(row.envelope), context=f"slot1|{case.id}|{row.pk}|{row.kind}".encode()
            )


def test_t15_nothing_that_was_ever_readable_gives_the_way_to_the_new_key(new: access.NewCase) -> None:
    case = new.session.case
    index, phrase = opening.code_index(new.code), phrases.canonical(new.phrase)
    tried = opening.try_secret(index, throttle.Bucket.phrase, phrase, NOW)
    seen = json.dumps([str(readable(case)), [record.document for record in records.read(case, records.OWN)]])

    rekey(case, LATER)

    row = Case.objects.get(pk=case.id)
    for secret in (case.case_key, case.shred, bytes.fromhex(json.loads(seen)[1][0]["secret"])):
        with pytest.raises(seals.WrongKey):
            opening.opened_key(row, secret)
    assert tried.owner.hex() not in seen
    assert opening.opened_key(row, tried.owner) != case.case_key


def test_what_waits_in_the_slot_comes_in_also_what_was_sealed_a_moment_before(new: access.NewCase) -> None:
    case = new.session.case
    before = Case.objects.get(pk=case.id).public_key

    changed = rekey(case, LATER)
    after = Case.objects.get(pk=case.id).public_key
    assert bytes(before) != bytes(after)
    # Somebody had read the old half and writes only now.
    Case.objects.filter(pk=case.id).update(public_key=before)
    slot.drop(case.id, "mail", {"text": "in that very moment"}, LATER)
    Case.objects.filter(pk=case.id).update(public_key=after)
    slot.drop(case.id, "mail", {"text": "later"}, LATER + timedelta(minutes=1))

    taken = slot.take_in(changed, LATER)

    assert [arrived["document"]["text"] for arrived in taken] == [
        "typed too late", "in that very moment", "later",
    ]  # fmt: skip


def test_every_browser_is_closed_and_who_still_writes_is_told(new: access.NewCase) -> None:
    case = new.session.case
    length = len(book.timeline(case))

    changed = rekey(case, LATER)

    assert unlocked.Row.objects.count() == 0
    assert unlocked.resume(new.session.token, LATER) is None
    with pytest.raises(Rekeyed):
        book.add(case, [Note("seen")], LATER)
    with pytest.raises(Rekeyed):
        rekey(case, LATER)
    assert [entry.note.kind for entry in book.timeline(changed)][length:] == ["rekeyed"]


def test_a_session_kept_from_before_is_no_way_in(new: access.NewCase) -> None:
    """A row of an open case that a backup brings back."""
    kept = unlocked.Row.objects.get()
    rekey(new.session.case, LATER)
    kept.save(force_insert=True)

    assert unlocked.resume(new.session.token, NOW) is None


def test_broken_off_anywhere_the_old_key_opens_all_of_it(
    new: access.NewCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new.session.case
    before = readable(case)
    for target, name in ((slot, "seal_anew"), (records, "change"), (unlocked, "end_all")):
        with monkeypatch.context() as broken:
            broken.setattr(target, name, lambda *_args, **_more: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                rekey(case, LATER)
        assert readable(case) == before
    assert readable(access.open_with(new.code, new.phrase, LATER).session.case) == before


def test_it_can_be_done_again_and_the_phrase_changed_in_between(new: access.NewCase) -> None:
    first = rekey(new.session.case, NOW)
    session = access.open_with(new.code, new.phrase, NOW).session
    _session, phrase = access.change_phrase(session, new.phrase, NOW)

    second = rekey(first, LATER)

    assert len({new.session.case.case_key, first.case_key, second.case_key}) == 3
    opened_again = access.open_with(new.code, phrase, LATER).session.case
    assert (opened_again.case_key, opened_again.key_number) == (second.case_key, 3)
    with pytest.raises(access.NotOpened):
        access.open_with(new.code, new.phrase, LATER)


def test_a_row_put_back_to_its_old_key_opens_nothing(new: access.NewCase) -> None:
    before = Case.objects.filter(pk=new.session.case.id).values("sealed_key", "key_number").get()
    rekey(new.session.case, LATER)
    Case.objects.filter(pk=new.session.case.id).update(sealed_key=before["sealed_key"])

    with pytest.raises(access.NotOpened):
        access.open_with(new.code, new.phrase, LATER)

    Case.objects.filter(pk=new.session.case.id).update(**before)
    with pytest.raises(book.Tampered):
        access.open_with(new.code, new.phrase, LATER)


def test_a_room_that_is_forgotten_would_be_noticed(new: access.NewCase) -> None:
    """Else the test of the whole dump would be content with what nobody can read any more."""
    changed = cases_rekey.rekey(new.session.case, LATER, [])

    main = dumped("main")
    assert opened(main, [changed.case_key], halves(changed)) == len(sealed_rows(main)) - 2


def test_a_page_that_was_being_made_meanwhile_asks_to_open_it_again(
    new: access.NewCase, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case got its new key between the first look at it and the page."""
    client.cookies[settings.CASE_COOKIE] = new.session.token.hex()
    monkeypatch.setattr(unlocked, "resume", lambda *_: new.session)
    rekey(new.session.case, timezone.now())

    response = client.get("/c/")

    assert response.status_code == 303
    assert response["Location"] == "/c/"
    assert client.cookies[settings.CASE_COOKIE].value == ""


def test_what_was_typed_into_it_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    new = access.open_new(timezone.now())
    case, session = new.session.case, new.session
    client.cookies[settings.CASE_COOKIE] = session.token.hex()
    monkeypatch.setattr(unlocked, "resume", lambda *_: session)
    request = operations.begin(
        case,
        platform="x",
        kind="request",
        label="One",
        to="X",
        grounds=(),
        places=[A_PLACE],
        now=timezone.now(),
    )
    changed = rekey(case, timezone.now())
    typed = "They wrote back and said no to all of it."
    form = {"step": "answer", "request": request.id, "answer": typed}

    response = client.post("/c/", {**form, "draft": slot.handle(case.id, timezone.now())})

    assert response.status_code == 200
    assert "code" in response.content.decode()
    (arrived,) = slot.take_in(changed, timezone.now())
    assert ["answer", typed] in arrived["document"]["fields"]


def test_a_case_that_gets_a_new_key_while_its_owner_comes_in_opens_all_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who was let in opens it in that moment, and it had waited for a new key."""
    new = access.open_new(timezone.now())
    Case.objects.filter(pk=new.session.case.id).update(wants_new_key=True)
    is_wanted, first = cases_rekey.is_wanted, []

    def meanwhile(case: keys.OpenCase) -> bool:
        if not first:
            first.append(rekey(case, timezone.now()))
            return True
        return is_wanted(case)

    monkeypatch.setattr(cases_rekey, "is_wanted", meanwhile)
    response = client.post("/c/", {"step": "open", "code": new.code, "phrase": new.phrase})

    assert response.status_code in (200, 303)
    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), timezone.now())
    assert session is not None
    assert session.case.case_key == first[0].case_key
