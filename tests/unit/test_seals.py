"""What is locked opens with its own key, in its own place, unchanged, and in no other case."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import seals
from survivor_portal.seals import _keys, _locks

KEY = bytes(range(32))
CONTEXT = b"row"

keys = st.binary(min_size=32, max_size=32)


# RFC 5869, appendix A.1 to A.3
@pytest.mark.parametrize(
    ("key", "salt", "info", "expected"),
    [
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            bytes(range(0x00, 0x50)).hex(),
            bytes(range(0x60, 0xB0)).hex(),
            bytes(range(0xB0, 0x100)).hex(),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
            "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            "0b" * 22,
            "",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
)
def test_t04_keys_are_derived_as_the_standard_says(key: str, salt: str, info: str, expected: str) -> None:
    derived = _keys.derive(
        bytes.fromhex(key),
        salt=bytes.fromhex(salt) or None,
        info=bytes.fromhex(info),
        length=len(expected) // 2,
    )

    assert derived.hex() == expected


# RFC 8439, section 2.8.2
RFC_8439_KEY = bytes(range(0x80, 0xA0))
RFC_8439_NONCE = bytes.fromhex("070000004041424344454647")
RFC_8439_BOUND = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
RFC_8439_TEXT = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    b"sunscreen would be it."
)
RFC_8439_SEALED = (
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
    "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
    "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"
)


def test_t04_the_cipher_is_the_one_of_the_standard() -> None:
    sealed = ChaCha20Poly1305(RFC_8439_KEY).encrypt(RFC_8439_NONCE, RFC_8439_TEXT, RFC_8439_BOUND)

    assert sealed.hex() == RFC_8439_SEALED


def test_t04_an_envelope_kept_today_opens_in_later_releases() -> None:
    """Made once with the functions of the two standards alone. If this fails, old rows no longer open."""
    salt, nonce = bytes([0x5A]) * 32, bytes([0xA5]) * 12
    subkey = _keys.derive(KEY, salt=salt, info=b"lock1")
    padded = b"kept" + b"\x80" + b"\x00" * 251
    by_hand = b"\x01" + salt + nonce + ChaCha20Poly1305(subkey).encrypt(nonce, padded, b"\x01" + CONTEXT)

    assert seals.unlock(KEY, by_hand, context=CONTEXT) == b"kept"
    assert by_hand[-16:].hex() == "da2fee2d4cf2bdee47a321e2dee5dbfe"


@given(plaintext=st.binary(max_size=2000), key=keys, context=st.binary(max_size=50))
def test_what_is_locked_opens_again(plaintext: bytes, key: bytes, context: bytes) -> None:
    assert seals.unlock(key, seals.lock(key, plaintext, context=context), context=context) == plaintext


@given(length=st.integers(0, 5000))
def test_the_length_outside_tells_only_the_next_256_bytes(length: int) -> None:
    envelope = seals.lock(KEY, b"x" * length, context=CONTEXT)

    assert len(envelope) == _locks.HEAD_BYTES + _locks.TAG_BYTES + (length // 256 + 1) * 256


@settings(max_examples=500)
@given(data=st.data(), plaintext=st.binary(max_size=600))
def test_t05_no_changed_envelope_opens(data: st.DataObject, plaintext: bytes) -> None:
    envelope = seals.lock(KEY, plaintext, context=CONTEXT)
    place = data.draw(st.integers(0, len(envelope) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = envelope[:place] + bytes([envelope[place] ^ flip]) + envelope[place + 1 :]

    with pytest.raises(seals.WrongKey):
        seals.unlock(KEY, changed, context=CONTEXT)


@given(plaintext=st.binary(max_size=600), cut=st.integers(1, 900), more=st.binary(min_size=1, max_size=300))
def test_t05_no_cut_or_longer_envelope_opens(plaintext: bytes, cut: int, more: bytes) -> None:
    envelope = seals.lock(KEY, plaintext, context=CONTEXT)

    for changed in (envelope[:-cut], envelope + more, more + envelope):
        with pytest.raises(seals.WrongKey):
            seals.unlock(KEY, changed, context=CONTEXT)


@given(text=st.binary(max_size=2000))
def test_t35_any_bytes_at_all_are_refused_by_name(text: bytes) -> None:
    with pytest.raises(seals.WrongKey):
        seals.unlock(KEY, text, context=CONTEXT)


@given(key=keys, other=keys, context=st.binary(max_size=20), elsewhere=st.binary(max_size=20))
def test_t05_another_key_or_another_place_opens_nothing(
    key: bytes, other: bytes, context: bytes, elsewhere: bytes
) -> None:
    envelope = seals.lock(key, b"text", context=context)

    if other != key:
        with pytest.raises(seals.WrongKey):
            seals.unlock(other, envelope, context=context)
    if elsewhere != context:
        with pytest.raises(seals.WrongKey):
            seals.unlock(key, envelope, context=elsewhere)


def test_the_same_text_is_never_locked_the_same_way_twice() -> None:
    envelopes = {seals.lock(KEY, b"text", context=CONTEXT) for _ in range(200)}
    salts = {envelope[1:33] for envelope in envelopes}

    assert len(envelopes) == len(salts) == 200


def test_a_refusal_carries_no_detail() -> None:
    with pytest.raises(seals.WrongKey) as refusal:
        seals.unlock(KEY, seals.lock(KEY, b"text", context=b"a"), context=b"b")

    assert str(refusal.value) == ""
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {seals.new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {32}


def test_the_name_and_the_keys_of_a_token_are_fixed_and_all_different() -> None:
    token = bytes(32)

    assert seals.token_id(token).hex() == "158b325f7296212aa54f0f640e5fd56011ca16c12f7a1ccbe1d348b4f54338fd"
    assert (
        seals.token_key(token, "unlock").hex()
        == "3651b24b18c0bcba7bec67d1dca092f494f6c889c37d15dd5f3baa57db31415d"
    )
    assert seals.token_key(token, "other") != seals.token_key(token, "unlock")
    assert token not in (seals.token_id(token), seals.token_key(token, "unlock"))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_token_or_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seals.token_id(b"x" * length)
    with pytest.raises(ValueError, match="32 bytes"):
        seals.token_key(b"x" * length, "unlock")
    with pytest.raises(ValueError, match="32 bytes"):
        seals.lock(b"x" * length, b"", context=b"")


def test_a_key_without_a_purpose_is_refused() -> None:
    with pytest.raises(ValueError, match="purpose"):
        seals.token_key(bytes(32), "")
