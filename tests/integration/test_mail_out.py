"""A letter leaves: signed, once or again under the same Message-ID, and the case is told once how it went."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dkim
import pytest
from django.db import connection
from pytest_django import Settings

from survivor_portal.cases import access, book, ending, entrusted, slot
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Arrival, Entrusted
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.correspondence import handover, leaving, messages, outgoing, relays, signing, threads
from survivor_portal.correspondence.models import Outgoing, Relay
from survivor_portal.correspondence.outgoing import Draft
from survivor_portal.correspondence.threads import Leaving, Thread
from survivor_portal.jobs import table
from survivor_portal.keystore import capsules, rotation
from survivor_portal.keystore.models import Capsule, CapsuleKey
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip, State
from tests.dkim_keys import dns_line, rsa_key
from tests.mail_peer import HANG_UP, HANG_UP_AFTER, SLOW, Peer, a_peer

pytestmark = [pytest.mark.django_db(databases=["default", "keys"], transaction=True), pytest.mark.database]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REQUEST = "a" * 32
DRAFT = Draft("abuse@reports.example", "A request", "Please take it down.\nÜnique words.\n", 2, (1,))


@pytest.fixture
def peer(settings: Settings, tmp_path: Path) -> Iterator[Peer]:
    """Somebody else's server, and this site set up to send through it."""
    key = tmp_path / "dkim-key"
    key.write_text(rsa_key(), "ascii")
    with a_peer() as running:
        settings.MAIL_OUT = MailOut("127.0.0.1", running.port)
        settings.MAIL_IN = MailIn("smtp", "127.0.0.1", 2525)
        settings.DKIM_SELECTOR = "one"
        settings.DKIM_KEY_FILE = key
        yield running


@pytest.fixture
def case(peer: Peer) -> OpenCase:
    assert outgoing.is_on()
    access.prepare()
    return access.open_new(NOW).session.case


def put(case: OpenCase, *drafts: Draft) -> Thread:
    return outgoing.put(case, REQUEST, relays.draw(), drafts or (DRAFT,), NOW)


def works(now: datetime = NOW, attempt: int | None = None) -> None:
    """What a worker does with all that is due, as `jobs.tasks.run` does it."""
    for claim in due.claim(now, kinds=["mail"]):
        if attempt is not None:
            Slip.objects.filter(pk=claim.id).update(attempts=attempt - 1)
        work = due.begin(claim.id, claim.token, now)
        assert work
        try:
            due.done(work, now, table.HANDLERS[work.kind](work, now))
        except handover.TryLater:
            due.failed(work, now)


def told(case: OpenCase) -> list[tuple[str, dict[str, Any]]]:
    """What lies in the slot, taken out."""
    return [(one["kind"], one["document"]) for one in slot.take_in(case, NOW)]


def nothing_is_left() -> bool:
    return not any(model.objects.exists() for model in (Outgoing, Entrusted, Capsule, CapsuleKey))


def test_a_letter_leaves_and_the_case_is_told(case: OpenCase, peer: Peer) -> None:
    thread = put(case)
    works()

    (mail,) = peer.took
    read = email.message_from_bytes(mail, policy=email.policy.default)
    assert read["From"] == thread.address
    assert peer.senders == [thread.address]
    assert read["To"] == DRAFT.to
    assert read["Message-ID"] == thread.letters[0].message_id
    assert read.get_content().replace("\r\n", "\n") == DRAFT.text
    assert "Auto-Submitted" not in read
    assert not read.is_multipart()
    assert told(case) == [
        (
            leaving.SENT,
            {"request": REQUEST, "letter": thread.letters[0].id, "words": "2.0.0 Ok: queued as 4XYZ"},
        )
    ]
    assert nothing_is_left()
    assert Slip.objects.get().state == State.done


def test_who_gets_it_can_see_who_signed_it(case: OpenCase, peer: Peer) -> None:
    put(case)
    works()

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name.rstrip(b".") == b"one._domainkey.relay.example"
        return dns_line(rsa_key())

    (mail,) = peer.took
    assert dkim.verify(mail, dnsfunc=dns)
    for changed in (
        mail.replace(b"A request", b"B request"),
        mail.replace(b"Please", b"Do not"),
        b"From: someone@else.example\r\n" + mail,
        mail.replace(b"\r\nTo: ", b"\r\nReply-To: someone@else.example\r\nTo: "),
    ):
        assert changed != mail
        assert not dkim.verify(changed, dnsfunc=dns)
    (signature,) = re.findall(rb"(?s)^DKIM-Signature:.*?\r\n(?=\S)", mail)
    assert b"a=rsa-sha256" in signature
    assert b"d=relay.example" in signature


def test_no_letter_leaves_unsigned_where_a_key_is_named(
    case: OpenCase, peer: Peer, settings: Settings, tmp_path: Path
) -> None:
    put(case)
    settings.DKIM_KEY_FILE = tmp_path / "nothing"

    with pytest.raises(signing.NoKey):
        works()

    assert peer.took == []
    assert Outgoing.objects.exists()


def test_letters_of_one_request_are_one_thread_from_one_address(case: OpenCase, peer: Peer) -> None:
    put(case)
    put(case)
    thread = put(case, Draft("other@office.example", "A complaint", "Hello.", 4, whom="an-office"))
    works()

    first, second, third = [email.message_from_bytes(mail) for mail in peer.took]
    assert {mail["From"] for mail in (first, second, third)} == {thread.address}
    assert second["In-Reply-To"] == first["Message-ID"] == second["References"]
    assert first["In-Reply-To"] is third["In-Reply-To"] is None
    assert Relay.objects.count() == 1


@pytest.mark.parametrize("where", ["answers", "ends"])
def test_a_letter_that_is_refused_is_a_fact_for_the_case(case: OpenCase, peer: Peer, where: str) -> None:
    getattr(peer, where).append("550 5.1.1 <abuse@reports.example>: no such user")
    letter = put(case).letters[0]
    works()

    assert told(case) == [
        (
            leaving.NOT_SENT,
            {
                "request": REQUEST, "letter": letter.id, "why": leaving.REFUSED, "code": 550,
                "words": "5.1.1 <abuse@reports.example>: no such user",
            },
        )
    ]  # fmt: skip
    assert peer.took == []
    assert nothing_is_left()


@pytest.mark.parametrize("where", ["answers", "ends"])
@pytest.mark.parametrize("trouble", ["451 4.7.1 Greylisted", HANG_UP, SLOW])
def test_what_passes_is_tried_again_later_under_the_same_message_id(
    case: OpenCase, peer: Peer, where: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    getattr(peer, where).append(trouble)
    letter = put(case).letters[0]

    with monkeypatch.context() as patch:
        if trouble == SLOW:
            patch.setattr(handover, "TIMEOUT", 0.5)
        works()
    assert told(case) == []
    assert Outgoing.objects.exists()
    peer.took.clear()  # of the slow one that took it after all
    works()  # it is not due yet
    assert peer.took == []
    works(NOW + timedelta(minutes=2))

    assert [email.message_from_bytes(mail)["Message-ID"] for mail in peer.took] == [letter.message_id]
    assert [kind for kind, _document in told(case)] == [leaving.SENT]


def test_taken_and_then_hung_up_is_sent_again_the_same(case: OpenCase, peer: Peer) -> None:
    peer.ends.append(HANG_UP_AFTER)
    put(case)
    works()
    works(NOW + timedelta(minutes=2))

    # The signature holds the second it was made.
    first, second = [mail.partition(b"\r\nFrom: ")[2] for mail in peer.took]
    assert first
    assert first == second
    assert [kind for kind, _document in told(case)] == [leaving.SENT]


def test_nobody_there_is_tried_again_until_it_is_given_up(case: OpenCase, settings: Settings) -> None:
    settings.MAIL_OUT = MailOut("127.0.0.1", 9)
    put(case)

    works(attempt=due.MOST_ATTEMPTS - 1)
    assert told(case) == []
    works(NOW + timedelta(hours=7), attempt=due.MOST_ATTEMPTS)

    ((kind, document),) = told(case)
    assert (kind, document["why"]) == (leaving.NOT_SENT, leaving.GAVE_UP)
    assert nothing_is_left()


def test_our_own_password_refused_is_not_told_as_the_fault_of_the_address(
    case: OpenCase, peer: Peer, settings: Settings, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("not the right one", "ascii")
    settings.MAIL_OUT = MailOut("127.0.0.1", peer.port, "", "site", password)
    put(case)
    works()

    assert told(case) == []
    assert Outgoing.objects.exists()


def test_a_letter_that_nobody_could_read_in_time_counts_as_failed(case: OpenCase, peer: Peer) -> None:
    capsules.delete([put(case).letters[0].id])
    works()

    ((kind, document),) = told(case)
    assert (kind, document["why"]) == (leaving.NOT_SENT, leaving.TOO_OLD)
    assert peer.took == []


def test_a_letter_whose_worker_always_died_is_told_by_the_sweep_and_by_that_only(
    case: OpenCase, peer: Peer
) -> None:
    put(case)
    Slip.objects.update(state=State.dead)
    late = NOW + timedelta(days=3, hours=2)
    work = due.Work("", "", "mail_over", "", 1)

    leaving.give_up(work, NOW + timedelta(days=2))
    assert told(case) == []
    entrusted.sweep(late)
    for _ in range(2):
        leaving.give_up(work, late)

    assert [document["why"] for _kind, document in told(case)] == [leaving.TOO_OLD]
    assert nothing_is_left()
    assert not Slip.objects.exists()


def test_two_workers_tell_the_case_once(case: OpenCase, peer: Peer) -> None:
    """The lease of the first ran out while it sent: the mail goes twice, its effect happens once."""
    put(case)
    (claim,) = due.claim(NOW, kinds=["mail"])
    first = due.begin(claim.id, claim.token, NOW)
    assert first
    effect = leaving.leave(first, NOW)
    later = NOW + timedelta(minutes=3)
    works(later)

    with pytest.raises(due.Stale):
        due.done(first, later, effect)

    assert len({email.message_from_bytes(mail)["Message-ID"] for mail in peer.took}) == 1
    assert len(peer.took) == 2
    assert [kind for kind, _document in told(case)] == [leaving.SENT]


def test_until_it_leaves_it_can_be_stopped(case: OpenCase, peer: Peer, settings: Settings) -> None:
    settings.MAIL_HOLD_SECONDS = 120
    thread = put(case)
    works()

    stopped = outgoing.stop(case, REQUEST, NOW)
    works(NOW + timedelta(minutes=5))

    assert [one.id for one in stopped] == [thread.letters[0].id]
    assert peer.took == []
    assert nothing_is_left()
    assert not Slip.objects.exists()
    kept = threads.of(case, REQUEST)
    assert kept
    assert [one.state for one in kept.letters] == [Leaving.stopped]
    assert [entry.note.kind for entry in book.page(case, before=None, count=2)] == [
        "mail_put",
        "mail_stopped",
    ]


def test_what_a_worker_has_in_hands_is_not_stopped(case: OpenCase, peer: Peer) -> None:
    put(case)
    (claim,) = due.claim(NOW, kinds=["mail"])

    assert outgoing.stop(case, REQUEST, NOW) == ()
    work = due.begin(claim.id, claim.token, NOW)
    assert work
    due.done(work, NOW, leaving.leave(work, NOW))

    assert len(peer.took) == 1


def test_a_letter_dies_with_its_case(case: OpenCase, peer: Peer) -> None:
    thread = put(case)
    ending.erase_case(case.id, NOW)
    works()

    assert peer.took == []
    assert nothing_is_left()
    assert relays.find(thread.address.partition("@")[0], NOW) is None
    with pytest.raises(capsules.NoCapsule):
        capsules.open(thread.letters[0].id, "mail", NOW)


@pytest.mark.parametrize("how", ["left", "stopped", "deleted"])
def test_t21_a_letter_that_is_gone_opens_from_no_old_backup(
    peer: Peer, settings: Settings, tmp_path: Path, how: str
) -> None:
    settings.EPOCH_DIR = tmp_path / "epochs"
    settings.EPOCH_DIR.mkdir(mode=0o700)
    rotation.rotate(NOW)
    case = access.open_new(NOW).session.case
    letter = put(case).letters[0]
    backup = [model.objects.filter(pk=letter.id).values().get() for model in (Capsule, CapsuleKey)]

    if how == "left":
        works()
    elif how == "stopped":
        outgoing.stop(case, REQUEST, NOW)
    else:
        ending.erase_case(case.id, NOW)
    for days in (1, 2):
        rotation.rotate(NOW + timedelta(days=days))
    for model, row in zip((Capsule, CapsuleKey), backup, strict=True):
        assert not model.objects.filter(pk=letter.id).exists()
        model.objects.create(**row)

    with pytest.raises(capsules.NoCapsule):
        capsules.open(letter.id, "mail", NOW)


def test_a_case_deleted_while_its_letter_leaves_is_not_told(case: OpenCase, peer: Peer) -> None:
    put(case)
    (claim,) = due.claim(NOW, kinds=["mail"])
    work = due.begin(claim.id, claim.token, NOW)
    assert work
    effect = leaving.leave(work, NOW)
    ending.erase_case(case.id, NOW)

    with pytest.raises(due.Stale):
        due.done(work, NOW, effect)

    assert not Arrival.objects.exists()
    assert nothing_is_left()


def test_a_full_slot_sends_nothing_twice(case: OpenCase, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    put(case)
    monkeypatch.setattr(slot, "MOST_WAITING", 0)
    works()
    works(NOW + timedelta(hours=1))

    assert len(peer.took) == 1
    assert nothing_is_left()


def test_nothing_of_a_letter_stands_in_clear(case: OpenCase, peer: Peer) -> None:
    thread = put(case)

    with connection.cursor() as cursor:
        rows = []
        for name in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{name}"')
            rows += [bytes(cell) if isinstance(cell, memoryview) else cell for row in cursor for cell in row]
    text = b"\n".join(row if isinstance(row, bytes) else str(row).encode() for row in rows)

    for words in ("nique words", DRAFT.to, "reports.example", thread.address.partition("@")[0]):
        assert words.encode() not in text


def test_what_a_header_may_not_hold_is_refused_before_anything_is_kept(case: OpenCase) -> None:
    with pytest.raises(messages.Unfit):
        put(case, Draft("abuse@reports.example", "A\r\nBcc: b@c.example", "Hello", 2))

    assert not Outgoing.objects.exists()
    assert not Relay.objects.exists()
    assert threads.of(case, REQUEST) is None


def test_another_tab_that_was_first_is_noticed(case: OpenCase, peer: Peer) -> None:
    thread = put(case)
    outgoing.stop(case, REQUEST, NOW)

    with pytest.raises(threads.OtherWasFirst):
        threads.write(case, thread, book.Note("mail_put"), NOW) if thread.record else threads.begin(
            case, thread, book.Note("mail_put"), NOW
        )


def test_the_case_notes_once_what_became_of_a_letter(case: OpenCase, peer: Peer) -> None:
    letter = put(case).letters[0]

    first, again = (
        outgoing.settle(case, REQUEST, letter.id, Leaving.left, "250 Ok", NOW, NOW) for _ in range(2)
    )

    assert first is not None
    assert first.state is Leaving.left
    assert again is None


def test_mail_is_off_until_it_goes_out_and_comes_in(case: OpenCase, settings: Settings) -> None:
    for name in ("MAIL_OUT", "MAIL_IN"):
        before = getattr(settings, name)
        setattr(settings, name, None)
        assert not outgoing.is_on()
        setattr(settings, name, before)
    settings.AUTO_PUBLIC_KEY = ""
    assert not outgoing.is_on()
