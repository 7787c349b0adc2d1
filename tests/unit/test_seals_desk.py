"""What a desk is locked with: bound keys, written tokens, pairs made from a printed key, named keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal import seals

KEY_OF_A_DESK = "7bc3c45f3023f5b841513a45824a626eb72844d9cfe054394adf128e2c73bc64"
PAIR_OF_A_PRINTED_KEY = (
    "b33ee7c0a135f544dab54bacd2a29a9ace689ae6d05a221f7c20dea5c07f8f4c",
    "9b2613e684e31ea6e3a6e4ab2f8ce62a96d03c5c26b5a9438fbfc057689c7859",
)
NAMED = ("b9338b6e", "dc4714ea502b4c189dbf057cd3cbf7c4a3a860f9f56b6b2aaa6a3c485942d3a9")
TOKEN, BIND = bytes(range(32)), bytes(range(32, 64))


def test_t04_what_is_made_of_a_secret_today_is_made_of_it_in_later_releases() -> None:
    """Computed once with OpenSSL's HKDF (RFC 5869) and X25519 (RFC 7748)."""
    assert seals.token_key(TOKEN, "desk", bound_to=BIND).hex() == KEY_OF_A_DESK
    pair = seals.pair_from(b"K7QM2XRT9PWDK7QM2XRT9PWDK7QM2XRT", "recovery1|team")
    assert (pair.secret.hex(), pair.public.hex()) == PAIR_OF_A_PRINTED_KEY
    name, key = seals.named_key("a long secret of this site", "second factor")
    assert (name, key.hex()) == NAMED


def test_a_key_bound_to_something_is_no_key_without_it() -> None:
    keys = {
        seals.token_key(TOKEN, "desk"),
        seals.token_key(TOKEN, "desk", bound_to=BIND),
        seals.token_key(TOKEN, "desk", bound_to=TOKEN),
        seals.token_key(BIND, "desk", bound_to=TOKEN),
        seals.token_key(TOKEN, "other", bound_to=BIND),
    }
    assert len(keys) == 5
    with pytest.raises(ValueError, match="32 bytes"):
        seals.token_key(TOKEN, "desk", bound_to=b"short")


@given(st.binary(min_size=32, max_size=32))
def test_a_written_token_reads_back_and_needs_no_quoting(token: bytes) -> None:
    text = seals.written(token)
    assert len(text) == 43
    assert text.replace("-", "a").replace("_", "a").isalnum()
    assert seals.read_token(f" {text}\n") == token


@given(st.text(max_size=60))
def test_t35_any_text_at_all_is_a_token_or_none(text: str) -> None:
    token = seals.read_token(text)
    assert token is None or seals.written(token) == text.strip()


def test_there_is_one_way_to_write_a_token() -> None:
    text = seals.written(bytes(32))
    # The last sign carries four bits: of four signs that would read alike one is taken.
    assert [sign for sign in "ABCD" if seals.read_token(text[:-1] + sign)] == ["A"]


def test_a_pair_made_from_a_secret_opens_what_is_sealed_to_it_and_differs_by_purpose() -> None:
    one, other = seals.pair_from(b"secret", "one"), seals.pair_from(b"secret", "other")
    envelope = seals.seal_to(one.public, b"text", context=b"here")
    assert seals.open_sealed(one.secret, envelope, context=b"here") == b"text"
    with pytest.raises(seals.WrongKey):
        seals.open_sealed(other.secret, envelope, context=b"here")
    assert seals.public_of(one.secret) == one.public


def test_a_named_key_needs_a_secret_and_a_purpose() -> None:
    for secret, purpose in (("", "x"), ("x", "")):
        with pytest.raises(ValueError, match="needs"):
            seals.named_key(secret, purpose)
