"""T25: mails made to do harm are read or refused, and no byte of their files is kept."""

from collections.abc import Callable

from survivor_portal.mails import LONGEST, Read, Why
from survivor_portal.mails._parts import Stop
from survivor_portal.mails._read import read_or_stop
from tests import hostile_mails


def test_t25_hostile_mails_break_nothing_and_leave_no_file_behind(sizes: Callable[[str], int]) -> None:
    ends: set[str] = set()
    kept, with_files = [], 0

    for seed in range(sizes("hostile_mails")):
        data, files = hostile_mails.mail(seed)
        try:
            # Not `read`: that takes any mistake of ours for damage.
            found = read_or_stop(data, authserv_id="", resolve=None)
        except (Stop, RecursionError) as stopped:
            ends.add(stopped.why if isinstance(stopped, Stop) else Why.TOO_DEEP)
            continue
        ends.add("read")
        with_files += bool(files)
        assert len(found.text) <= LONGEST
        if any(hostile_mails.kept_of(file, found.text + found.subject) for file in files):
            kept.append(seed)

    assert kept == []
    # Else the mails would not be as hostile as they should be, or the reader too afraid.
    assert ends >= {"read", Why.DAMAGED, Why.TOO_LARGE, Why.TOO_MANY_PARTS, Why.TOO_DEEP, Why.NOT_TEXT}
    assert with_files > sizes("hostile_mails") // 10


def test_t25_a_file_that_was_kept_would_be_found() -> None:
    seeds = (seed for seed in range(200) if hostile_mails.mail(seed)[1])
    file = hostile_mails.mail(next(seeds))[1][0]

    for text in (file.hex(), file.decode("latin-1"), hostile_mails.base64.encodebytes(file).decode()):
        assert hostile_mails.kept_of(file, f"words {text} words")
    assert not hostile_mails.kept_of(file, "words")


def test_t25_a_mistake_of_ours_would_refuse_the_mail_and_not_end_the_door(monkeypatch) -> None:
    from survivor_portal.mails import _html, read

    monkeypatch.setattr(_html, "words", lambda markup: 1 // 0)

    found = read(b"Content-Type: text/html\r\n\r\n<p>x")

    assert not isinstance(found, Read)
    assert found.why is Why.DAMAGED
