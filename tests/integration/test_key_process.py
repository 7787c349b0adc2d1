"""The key process: each role gets what is its own, and who asks too much or badly gets nothing."""

import os
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from survivor_portal import seals
from survivor_portal.cases import access, codes, ending, unlocked
from survivor_portal.cases.models import Case, Throttle
from survivor_portal.keystore import away, capsules, epochs, far, frames, holder, near, serving, shred
from survivor_portal.keystore.asked import QUESTIONS, Role
from survivor_portal.keystore.counted import Minute
from survivor_portal.keystore.models import CapsuleKey, Shred
from survivor_portal.web.survivor import keeping
from tests.conftest import size
from tests.integration.key_process import KeyProcess

pytestmark = [pytest.mark.django_db(databases=["default", "keys"], transaction=True), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
IDS = [f"{number:032x}" for number in range(400)]


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    far.hang_up()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def running(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[KeyProcess]:
    """One key process for most of these tests."""
    with django_db_blocker.unblock():
        process = KeyProcess(folder)
    yield process
    process.stop()


@pytest.fixture
def as_role(running: KeyProcess, settings: Settings) -> Callable[[str], None]:
    """From here on this test asks as this role."""

    def become(role: str) -> None:
        far.hang_up()
        settings.KEYS_SOCKET = running.socket(role)

    become("web")
    return become


Become = Callable[[str], None]


def test_keys_made_by_the_process_come_back_and_go(as_role: Become) -> None:
    made = shred.create(IDS[:3])

    assert shred.get(IDS[:4]) == made
    assert near.get_shreds(IDS[:4]) == made
    assert shred.delete(IDS[:1]) == 1
    assert shred.existing(IDS[:3]) == set(IDS[1:3])
    assert shred.get(IDS[:3]) == {name: made[name] for name in IDS[1:3]}


def test_more_than_one_answer_holds_is_asked_for_in_parts(as_role: Become) -> None:
    made = shred.create(IDS)

    assert shred.get(IDS) == made
    assert shred.existing(IDS) == set(IDS)
    assert shred.delete(IDS) == len(IDS)


def test_a_capsule_put_by_the_web_is_opened_by_a_worker(as_role: Become) -> None:
    capsule_id = capsules.put("mail", b"a letter", NOW + timedelta(days=1))

    as_role("worker")
    assert capsules.open(capsule_id, "mail", NOW) == b"a letter"
    assert capsules.delete([capsule_id]) == 1
    with pytest.raises(capsules.NoCapsule):
        capsules.open(capsule_id, "mail", NOW)


def test_a_worker_sweeps_what_is_over_by_the_clock_of_the_key_process(as_role: Become) -> None:
    over = capsules.put("mail", b"old", datetime.now(UTC) - timedelta(days=1))
    living = capsules.put("mail", b"new", datetime.now(UTC) + timedelta(days=1))

    as_role("worker")
    assert capsules.sweep(datetime.now(UTC)) == 1
    assert set(CapsuleKey.objects.values_list("pk", flat=True)) == {living} != {over}


def test_only_these_roles_get_an_answer(as_role: Become) -> None:
    for role in Role:
        as_role(role)
        for name, question in QUESTIONS.items():
            line = far._line()
            frames.send(line, {"do": name, "ids": []})
            answer = frames.receive(line, 10)
            assert answer is not None
            assert (answer.get("no") == "not allowed") is (role not in question.roles), (role, name)


def test_a_worker_gets_no_key_of_a_case(as_role: Become) -> None:
    shred.create(IDS[:1])

    as_role("worker")
    for forbidden in (lambda: shred.get(IDS[:1]), lambda: shred.create(IDS[1:2])):
        with pytest.raises(far.NotAllowed):
            forbidden()
    assert shred.existing(IDS[:2]) == {IDS[0]}


def test_the_web_gets_no_key_of_a_capsule(as_role: Become) -> None:
    capsule_id = capsules.put("mail", b"a letter", NOW + timedelta(days=1))

    with pytest.raises(far.NotAllowed):
        capsules.open(capsule_id, "mail", NOW)


def test_a_user_who_is_not_on_the_list_gets_no_word(tmp_path: Path, settings: Settings) -> None:
    others = {"web": [os.geteuid() + 1], "worker": [], "operator": [os.geteuid()]}
    process = KeyProcess(tmp_path / "keys", users=others)
    try:
        for role in ("web", "worker"):
            settings.KEYS_SOCKET = process.socket(role)
            with pytest.raises(away.NoAnswer):
                shred.existing(IDS[:1])
        settings.KEYS_SOCKET = process.socket("operator")
        assert holder.standing().lost == 0
    finally:
        said = process.stop()
    assert said.count("a user who is not on the list asked at the socket web") == 2  # and once more


def test_the_sockets_are_for_its_user_and_group(running: KeyProcess) -> None:
    assert {path.stat().st_mode & 0o777 for path in running.folder.iterdir()} == {0o660}


def test_in_a_minute_no_more_keys_are_given_than_may_be(tmp_path: Path, settings: Settings) -> None:
    process = KeyProcess(tmp_path / "keys", most=10)
    settings.KEYS_SOCKET = process.socket("web")
    try:
        made = shred.create(IDS[:5])
        assert shred.get(IDS[:5]) == made
        for _ in range(3):
            with pytest.raises(away.TooMany):
                shred.get(IDS[:1])
        # To delete and to look which are there gives no key away.
        assert shred.existing(IDS[:9]) == set(IDS[:5])
        assert shred.delete(IDS[:1]) == 1
        told = holder.standing()
        assert (told.asked, told.most, told.refused) == (10, 10, 3)
        assert told.alarm_at is not None
        settings.KEYS_SOCKET = process.socket("worker")
        far.hang_up()
        with pytest.raises(capsules.NoCapsule):
            # Each role has its own measure: a worker goes on.
            capsules.open(capsule(), "mail", NOW)
    finally:
        said = process.stop()
    assert said.count("more than 10 keys in a minute were asked for by web") == 1
    assert IDS[0] not in said


def capsule() -> str:
    capsule_id = IDS[0]
    capsules.Capsule.objects.create(
        id=capsule_id, purpose="mail", expires_at=NOW + timedelta(days=1), envelope=b""
    )
    return capsule_id


def test_a_minute_slides() -> None:
    now = [0.0]
    minute = Minute(3, lambda: now[0])

    assert [minute.take(2), minute.take(2), minute.take(1)] == [True, False, True]
    now[0] = 59.9
    assert not minute.take(1)
    now[0] = 60.0
    assert (minute.given(), minute.take(3), minute.take(1)) == (0, True, False)


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 5)), max_size=40), st.integers(1, 10))
def test_no_sixty_seconds_have_more_than_that(steps: list[tuple[float, int]], most: int) -> None:
    now, given_at = [0.0], []
    minute = Minute(most, lambda: now[0])
    for wait, number in steps:
        now[0] += wait
        if minute.take(number):
            given_at += [now[0]] * number

    for start in given_at:
        assert sum(start <= moment < start + 60 for moment in given_at) <= most


def test_while_the_process_is_away_nothing_opens_and_nothing_is_counted(
    tmp_path: Path, settings: Settings
) -> None:
    new = access.open_new(NOW)
    process = KeyProcess(tmp_path / "keys")
    settings.KEYS_SOCKET = process.socket("web")
    process.kill()

    for code in (new.code, codes.new_code()):
        with pytest.raises(access.NotNow):
            access.open_with(code, "not the phrase", NOW)
    with pytest.raises(access.NotNow):
        ending.erase(new.session.case, new.phrase, NOW)
    assert Throttle.objects.count() == 0

    # It comes back where it was, and the other side finds it by itself.
    process = KeyProcess(tmp_path / "keys")
    try:
        assert access.open_with(new.code, new.phrase, NOW).failed_tries == 0
    finally:
        process.stop()


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_middle_of_making_a_key_it_leaves_no_half_case(
    when: str, tmp_path: Path, settings: Settings
) -> None:
    access.prepare()
    process = KeyProcess(tmp_path / "keys", dies=when)
    settings.KEYS_SOCKET = process.socket("web")
    code, there = codes.new_code(), Case.objects.count()
    with pytest.raises(access.NotNow):
        access.open_new(NOW, code=code)
    process.kill()
    assert Shred.objects.count() == there + (when == "after")

    process = KeyProcess(tmp_path / "keys")
    try:
        new = access.open_new(NOW, code=code)
        settings.KEYS_SOCKET = process.socket("worker")
        far.hang_up()
        ending.sweep(NOW)
    finally:
        process.stop()

    assert Case.objects.count() == Shred.objects.count() == there + 1
    settings.KEYS_SOCKET = ""
    assert access.open_with(code, new.phrase, NOW)


def test_a_wrong_phrase_and_an_unknown_code_ask_the_process_the_same(
    as_role: Become, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.prepare()
    new = access.open_new(NOW)
    asked: list[list[str]] = []
    ask = far._ask

    def noted(question: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = ask(question, **more)
        asked[-1].append(f"{question['do']} {len(question['ids'])} {len(answer['keys'])}")
        return answer

    monkeypatch.setattr(far, "_ask", noted)
    for code in (new.code, codes.new_code()):
        asked.append([])
        with pytest.raises(access.NotOpened):
            access.open_with(code, "not the phrase", NOW)

    assert asked == [["get_shreds 1 1"], ["get_shreds 1 1"]]


def test_keys_come_back_right_while_the_key_of_the_day_is_turned(
    as_role: Become, running: KeyProcess, settings: Settings
) -> None:
    made = shred.create(IDS[:50])
    stop, wrong, reads = threading.Event(), [], [0]

    def read() -> None:
        while not stop.is_set():
            if shred.get(IDS[:50]) != made:
                wrong.append(1)
            reads[0] += 1
        far.hang_up()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    while reads[0] < 10:
        assert readers[0].is_alive()
    # Their lines are open; this thread takes another.
    far.hang_up()
    settings.KEYS_SOCKET = running.socket("operator")
    turned = [holder.turn(NOW, force=True) for _ in range(5)]
    settings.KEYS_SOCKET = running.socket("web")
    stop.set()
    for reader in readers:
        reader.join()

    assert all(done is not None and done.rewrapped >= 50 for done in turned)
    assert wrong == []
    assert len(epochs.known()) == 2


def test_a_worker_may_ask_to_turn_it_when_it_is_due_only(as_role: Become) -> None:
    as_role("worker")

    assert holder.turn(datetime(2099, 1, 1, tzinfo=UTC)) is None
    with pytest.raises(far.NotAllowed):
        holder.turn(NOW, force=True)


def line_to(process: KeyProcess) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(10)
    line.connect(process.socket("web"))
    return line


def ended(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack(">I", frames.MOST_BYTES + 1) + b"{}",
        struct.pack(">I", 0),
        struct.pack(">I", 2) + b"[]",
        struct.pack(">I", 4) + b"{]}}",
        struct.pack(">I", 3) + b"\xff\xfe{",
        struct.pack(">I", 100_000) + b"[" * 100_000,
    ],
)
def test_what_is_no_frame_ends_the_line_and_nothing_else(
    sent: bytes, as_role: Become, running: KeyProcess
) -> None:
    with line_to(running) as line:
        line.sendall(sent)
        assert ended(line)

    assert shred.existing(IDS[:1]) == set()


def test_garbage_on_the_socket_hurts_nobody(as_role: Become, running: KeyProcess) -> None:
    drawn = random.Random(7)
    shred.create(IDS[:1])
    for _ in range(size("garbage_on_the_socket")):
        with line_to(running) as line:
            noise = drawn.randbytes(drawn.randint(1, 200))
            head = struct.pack(">I", len(noise)) if drawn.random() < 0.7 else b""
            line.sendall(head + noise)
            line.shutdown(socket.SHUT_WR)
            assert ended(line)

    assert set(shred.get(IDS[:1])) == {IDS[0]}
    assert running.process.poll() is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
    | st.sampled_from([*QUESTIONS, "standing", IDS[0], "2026-11-22", "ab" * 32]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["do", "ids", "key", "until", "x"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@hypothesis_settings(max_examples=size("property_examples"), deadline=None)
@given(
    st.sampled_from(Role),
    st.dictionaries(st.sampled_from(["do", "ids", "key", "until", "x"]), JSON, max_size=5),
)
def test_no_question_breaks_it(role: Role, message: dict[str, object]) -> None:
    answer = serving.answer(role, message, serving.Counts(), NOW)

    assert answer.get("no") in (None, "unknown", "not allowed", "malformed", "too many", "failed")


def test_the_page_keeps_what_was_typed_until_the_process_is_back(
    running: KeyProcess, settings: Settings, tmp_path: Path, client: Client
) -> None:
    new = access.open_new(datetime.now(UTC))
    keeping.take_over(new.session, {"answers": {}}, datetime.now(UTC))
    client.cookies[settings.CASE_COOKIE] = new.session.token.hex()
    settings.KEYS_SOCKET = str(tmp_path / "nobody")
    typed = {"step": "x", "note": "my own <words>\nand more", "phrase": "six secret words"}

    shown, kept = client.get("/c/"), client.post("/c/", typed)

    for answer in (shown, kept):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "You did nothing wrong" in answer.content.decode()
        assert settings.CASE_COOKIE not in answer.cookies
    assert "my own &lt;words&gt;\nand more" in kept.content.decode()
    assert "six secret words" not in kept.content.decode()
    settings.KEYS_SOCKET = running.socket("web")
    assert client.get("/c/").status_code == 200


@pytest.mark.parametrize("way", ["/exit/", "/c/"])
def test_while_it_is_away_a_case_can_still_be_left_and_closed(
    way: str, settings: Settings, tmp_path: Path, client: Client
) -> None:
    new = access.open_new(datetime.now(UTC))
    keeping.take_over(new.session, {"answers": {}}, datetime.now(UTC))
    client.cookies[settings.CASE_COOKIE] = new.session.token.hex()
    settings.KEYS_SOCKET = str(tmp_path / "nobody")

    if way == "/exit/":
        client.get(way)
    else:
        client.post(way, {"step": "close"})

    settings.KEYS_SOCKET = ""
    assert unlocked.resume(new.session.token, datetime.now(UTC)) is None


def test_at_the_door_the_code_stays_and_the_wait_is_named(
    settings: Settings, tmp_path: Path, client: Client
) -> None:
    new = access.open_new(datetime.now(UTC))
    settings.KEYS_SOCKET = str(tmp_path / "nobody")

    answer = client.post("/c/", {"step": "open", "code": new.code, "phrase": new.phrase})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "It does not open right now" in answer.content.decode()
    assert new.code in answer.content.decode().replace("-", "")
    assert Throttle.objects.count() == 0


def test_what_comes_out_of_the_process_opens_what_went_in(as_role: Become) -> None:
    """The whole way: a case made, opened and deleted with the keys in another process."""
    new = access.open_new(NOW)
    opened = access.open_with(new.code, new.phrase, NOW)
    assert opened.session.case.shred == new.session.case.shred

    ending.erase(opened.session.case, new.phrase, NOW)

    with pytest.raises(access.NotOpened):
        access.open_with(new.code, new.phrase, NOW)
    assert len(seals.new_key()) == 32
