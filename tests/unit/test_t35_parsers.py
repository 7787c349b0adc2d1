"""T35: codes, phrases and envelopes of any shape are read or refused by name, and never break anything."""

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from survivor_portal import seals
from survivor_portal.cases import codes, phrases
from tests.conftest import size

many = settings(max_examples=size("parsed_texts"), deadline=None)
# Lone surrogates too: nobody types them, but they can be sent.
any_text = st.text(st.characters(exclude_categories=()), max_size=400)
between = st.sampled_from(["", " ", "-", "\u2013", ".", "_", "\u00a0", "\u2011\n"])
near_codes = st.lists(
    st.tuples(st.sampled_from([*"0123456789ABCDEFGHJKMNPQRSTVWXYZabkozilOLIU*＀０Ｋ٣"]), between),
    min_size=9,
    max_size=26,
).map(lambda parts: "".join(sign + gap for sign, gap in parts))


def check_sign_fits(code: str) -> bool:
    """Luhn modulo 32, written down once more and otherwise than in the program."""
    values = [codes.ALPHABET.index(sign) for sign in code]
    doubled = [(2 * value // 32) + (2 * value % 32) for value in values[-2::-2]]
    return (sum(values[-1::-2]) + sum(doubled)) % 32 == 0


@many
@given(st.one_of(any_text, near_codes))
@example("K7QM-2XRT-9PWD")
@example("\ud800" * 12)
def test_t35_a_code_is_read_only_if_its_check_sign_fits(typed: str) -> None:
    for read, signs in ((codes.read_code, 12), (codes.read_recovery_code, 24)):
        try:
            code = read(typed)
        except codes.Mistyped:
            continue
        assert len(code) == signs
        assert set(code) <= set(codes.ALPHABET)
        assert check_sign_fits(code)
        assert read(code) == code


@many
@given(body=st.text(codes.ALPHABET, min_size=11, max_size=11), last=st.sampled_from(codes.ALPHABET))
def test_t35_of_all_twelve_signs_one_in_thirty_two_is_a_code(body: str, last: str) -> None:
    try:
        taken = codes.read_code(body + last) == body + last
    except codes.Mistyped:
        taken = False

    assert taken == check_sign_fits(body + last)


words = st.sampled_from(sorted(phrases._words().values()))
near_phrases = st.lists(st.tuples(words, between), min_size=4, max_size=8).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
near_digits = st.text("0123456789٠१０ -", min_size=20, max_size=40)


@many
@given(st.one_of(any_text, near_phrases, near_digits, any_text.map(lambda text: text * 4)))
@example("ﷺ" * 1024)
@example("\u0958" * 200 + "\ud800")
@example("İ" * 24)
def test_t35_a_phrase_has_one_form_and_one_reason_at_most(typed: str) -> None:
    form = phrases.canonical(typed)

    # One sign may become eighteen; what is longer than anybody types is refused as too long.
    if len(form) <= phrases.LONGEST_TYPED:
        assert phrases.canonical(form) == form
    assert phrases.canonical(f"\t{typed} ") == form or len(typed) >= phrases.LONGEST_TYPED - 2
    assert unicodedata.is_normalized("NFKC", form)
    why = phrases.refused(typed, "K7QM2XRT9PWD")
    assert why is None or why in phrases.Refused
    if why is None:
        assert len(form) >= phrases.SHORTEST_OWN
        assert len(form.encode("utf-8", "surrogatepass")) <= phrases.MOST_BYTES


@many
@given(typed=any_text, salt=st.binary(min_size=16, max_size=16))
def test_t35_each_form_of_a_phrase_makes_a_key(typed: str, salt: bytes) -> None:
    quick = seals.Cost(kib=8, passes=1)

    key = seals.phrase_key(phrases.canonical(typed), salt, quick)

    assert len(key) == 32
    assert key == seals.phrase_key(phrases.canonical(f" {typed}\n"), salt, quick)


KEY, SHRED = bytes(range(32)), bytes(range(32, 64))
PLACE = seals.Place("cases_record.plan", "7", "c0ffee", 3)
PAIR = seals.new_pair()
GOOD = [
    seals.lock(KEY, b"text", context=b"here"),
    seals.lock_record(KEY, SHRED, b"text", PLACE),
    seals.wrap(KEY, phrase_key=KEY, shred=SHRED, context=b"here"),
    seals.seal_to(PAIR.public, b"text", context=b"here"),
]
sound = st.sampled_from(GOOD)
near_envelopes = st.one_of(
    st.binary(max_size=700),
    st.builds(lambda text: b"\x01" + text, st.binary(max_size=700)),
    st.builds(lambda text, cut: text[:cut], sound, st.integers(0, 400)),
    st.builds(lambda text, more: text + more, sound, st.binary(min_size=1, max_size=300)),
    st.builds(lambda text, at, sign: text[:at] + sign + text[at + 1 :], sound, st.integers(0, 360),
              st.binary(min_size=1, max_size=1)),
    # The sealed part of one kind behind the head of another.
    st.builds(lambda one, two, at: one[:at] + two[at:], sound, sound, st.integers(0, 80)),
)  # fmt: skip


@many
@given(near_envelopes)
@example(b"")
@example(b"\x01")
@example(b"\x01" + bytes(32) + bytes(272))
def test_t35_any_envelope_opens_unchanged_or_is_refused_by_name(text: bytes) -> None:
    for open_it in (
        lambda: seals.unlock(KEY, text, context=b"here"),
        lambda: seals.unlock_record(KEY, SHRED, text, PLACE),
        lambda: seals.unwrap(text, phrase_key=KEY, shred=SHRED, context=b"here"),
        lambda: seals.open_sealed(PAIR.secret, text, context=b"here"),
    ):
        try:
            open_it()
        except seals.WrongKey:
            continue
        assert text in GOOD
