"""The keys of a case: known answers of the standards, and nothing that was changed ever opens."""

import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import seals
from survivor_portal.config.env import HOUSE
from survivor_portal.seals import _people

QUICK = seals.Cost(kib=8, passes=1)
SALT = b"s" * 16
CASE_KEY, SHRED = bytes(range(32)), bytes(range(32, 64))
PLACE = seals.Place("cases_record", "7", "c0ffee", 3)

texts = st.binary(max_size=600)


# --- T4: known answers -------------------------------------------------------------------------------------


def test_t04_a_phrase_costs_what_the_design_says() -> None:
    assert seals.Cost(kib=64 * 1024, passes=3) == seals.STRONG


def test_t04_argon2id_is_the_one_of_the_standard() -> None:
    """Two steps: the other implementation gives the standard's bytes, and ours gives the other's.

    Ours takes neither the four lanes nor the secret of the standard's own example.
    """
    standard = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        secret=b"\x03" * 8,
        ad=b"\x04" * 12,
    ).derive(b"\x01" * 32)
    other = Argon2id(salt=SALT, length=32, iterations=3, lanes=1, memory_cost=65536).derive(b"password")

    # RFC 9106, section 5.3
    assert standard.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    assert seals.phrase_key("password", SALT) == other
    assert other.hex() == "64238e3e58814f30f3e39a08c684eff99323911c33f0af78e91e933a7f792bc9"


@pytest.mark.parametrize(("kib", "passes"), [(8, 1), (8, 2), (64, 1), (256, 4), (1024, 3), (19 * 1024, 2)])
@pytest.mark.parametrize("phrase", ["", "password", "Größe №5 😀", "x" * 256])
def test_t04_two_implementations_of_argon2id_agree_at_any_cost(phrase: str, kib: int, passes: int) -> None:
    text = unicodedata.normalize("NFKC", phrase).encode()
    other = Argon2id(salt=SALT, length=32, iterations=passes, lanes=1, memory_cost=kib).derive(text)

    assert seals.phrase_key(phrase, SALT, seals.Cost(kib=kib, passes=passes)) == other


def test_t04_sealing_to_a_person_is_the_one_of_the_standard() -> None:
    """RFC 9180, A.2.1.1: what the standard sealed opens with the suite we use."""
    secret = X25519PrivateKey.from_private_bytes(
        bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
    )
    sealed = bytes.fromhex(
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )

    opened = openssl.hpke._decrypt_with_aad(
        _people.SUITE, sealed, secret, bytes.fromhex("4f6465206f6e2061204772656369616e2055726e"), b"Count-0"
    )

    assert opened == b"Beauty is truth, truth beauty"


def test_t04_signatures_are_the_ones_of_the_standard() -> None:
    """RFC 8032, section 7.1, test 1."""
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    signature = seals.sign(secret, b"")

    assert public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signature.hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    assert seals.signed_by(public, signature, b"")
    assert not seals.signed_by(public, signature, b"x")
    assert not seals.signed_by(public, signature[:-1], b"")


def test_t04_the_blind_index_is_fixed() -> None:
    """Made once with `openssl dgst -sha256 -hmac`. If this fails, no case is found any more."""
    assert seals.blind_index(b"k" * 32, "code1", "K7QM2XRT9PWD").hex() == "bf413bd3b082f0f40a58491797998197"


def test_t04_wraps_and_records_kept_today_open_in_later_releases() -> None:
    wrap = bytes.fromhex(
        "011726ce162d5547e0a726b4191b5dc659e27a08e2c7e072db40905be1f9745f1ec4cbfe514496c0b8392d2b6a98d618"
        "92de05712feae2d385bf58b70f321bef4042f579e559f978d9493981c3"
    )
    record = bytes.fromhex(
        "0158b75898a495e80469af02ea63e1018c2971a61fab340f114d9a580f5ade61b09cafcc87a8847a2e492d937a05f895"
        "942c3e14eb70286c8816d25b7040c1b3ca41fd22391085456aa73d0b4fd4bd53d8d8bd257f97f98af16448a99b297025"
        "2f2829c6f7c0aa9e2b0406614b3abbc1575a979fafa808eab5bd3256c3a577db58e6606f43238c658a02109286adf2a1"
        "7f6c04805e16682fd7fc98b4adcc4031544a2e9d6b1371c4589e1f68366f5aa6690e9dc1eb278d3cc63d8575f873db6e"
        "57373e9b36a6ffc5383941a85be73284e4a1b07dd6bd38064ffce8928bebca3d3f8597b343dbe3a1dcb97a1269bf44c5"
        "fbd57d6755dc424c5f431a4563ea73d8b225741d290242a5dd039d9cbc4dd611062cd438a0510490ad718a43f0"
    )

    assert seals.unwrap(wrap, phrase_key=CASE_KEY, shred=SHRED, context=b"case") == b"K" * 32
    assert seals.unlock_record(CASE_KEY, SHRED, record, PLACE) == b"kept"


def test_the_same_phrase_from_another_keyboard_is_the_same_phrase() -> None:
    composed, apart, wide = "Großmutters Café №5", "Großmutters Cafe\u0301 №5", "Ｇroßmutters Café No5"

    assert len({seals.phrase_key(text, SALT, QUICK) for text in (composed, apart, wide)}) == 1
    assert seals.phrase_key(composed.lower(), SALT, QUICK) != seals.phrase_key(composed, SALT, QUICK)


# --- T5: nothing changed, moved or rolled back opens --------------------------------------------------------


def test_t05_no_changed_envelope_of_any_kind_opens(sizes: Callable[[str], int]) -> None:
    """Each mutation flips, cuts, adds or swaps in one of the three kinds, at a place drawn anew."""
    draw = random.Random(20261122)
    pair = seals.new_pair()
    kinds = {
        "record": (
            lambda: seals.lock_record(CASE_KEY, SHRED, b"record text", PLACE),
            lambda envelope: seals.unlock_record(CASE_KEY, SHRED, envelope, PLACE),
        ),
        "wrap": (
            lambda: seals.wrap(b"K" * 32, phrase_key=CASE_KEY, shred=SHRED, context=b"case"),
            lambda envelope: seals.unwrap(envelope, phrase_key=CASE_KEY, shred=SHRED, context=b"case"),
        ),
        "person": (
            lambda: seals.seal_to(pair.public, b"to a case", context=b"case"),
            lambda envelope: seals.open_sealed(pair.secret, envelope, context=b"case"),
        ),
    }
    opened = []

    for turn in range(sizes("envelope_mutations")):
        name = draw.choice(list(kinds))
        make, open_it = kinds[name]
        envelope, other = make(), make()
        place = draw.randrange(len(envelope))
        changed = draw.choice(
            [
                envelope[:place] + bytes([envelope[place] ^ draw.randrange(1, 256)]) + envelope[place + 1 :],
                envelope[:place],
                envelope + other[:1],
                # Two halves of two sound envelopes. The first byte is the version, the same in both.
                envelope[: max(place, 2)] + other[max(place, 2) :],
            ]
        )
        try:
            open_it(changed)
        except seals.WrongKey:
            continue
        if changed not in (envelope, other):
            opened.append((turn, name, place))

    assert opened == []


@given(
    text=texts,
    here=st.tuples(*[st.sampled_from(["a", "b", "aa"])] * 3, st.integers(0, 3)),
    there=st.tuples(*[st.sampled_from(["a", "b", "aa"])] * 3, st.integers(0, 3)),
)
def test_t05_a_record_opens_in_its_own_place_and_revision_only(
    text: bytes, here: tuple[str, str, str, int], there: tuple[str, str, str, int]
) -> None:
    envelope = seals.lock_record(CASE_KEY, SHRED, text, seals.Place(*here))

    if here == there:
        assert seals.unlock_record(CASE_KEY, SHRED, envelope, seals.Place(*there)) == text
    else:
        with pytest.raises(seals.WrongKey):
            seals.unlock_record(CASE_KEY, SHRED, envelope, seals.Place(*there))


@pytest.mark.parametrize(
    "other",
    [
        seals.Place("cases_entry", "7", "c0ffee", 3),
        seals.Place("cases_record", "8", "c0ffee", 3),
        seals.Place("cases_record", "7", "c0ffef", 3),
        seals.Place("cases_record", "7", "c0ffee", 2),
    ],
    ids=["table", "row", "case", "revision"],
)
def test_t05_a_record_moved_by_one_step_does_not_open(other: seals.Place) -> None:
    with pytest.raises(seals.WrongKey):
        seals.unlock_record(CASE_KEY, SHRED, seals.lock_record(CASE_KEY, SHRED, b"text", PLACE), other)


@pytest.mark.parametrize("parts", [("a|b", "c", "d", 1), ("", "c", "d", 1), ("a", "c", "d", -1)])
def test_a_place_that_could_be_another_is_refused(parts: tuple[str, str, str, int]) -> None:
    with pytest.raises(ValueError, match="place"):
        seals.Place(*parts)


@pytest.mark.parametrize("lost", ["case key", "shred key"])
def test_t02_one_of_the_two_keys_opens_nothing(lost: str) -> None:
    case_key, shred = (bytes(32), SHRED) if lost == "case key" else (CASE_KEY, bytes(32))
    record = seals.lock_record(CASE_KEY, SHRED, b"text", PLACE)
    wrapped = seals.wrap(b"K" * 32, phrase_key=CASE_KEY, shred=SHRED, context=b"case")

    with pytest.raises(seals.WrongKey):
        seals.unlock_record(case_key, shred, record, PLACE)
    with pytest.raises(seals.WrongKey):
        seals.unwrap(wrapped, phrase_key=case_key, shred=shred, context=b"case")


def test_what_was_sealed_to_one_opens_for_no_other() -> None:
    one, other = seals.new_pair(), seals.new_pair()
    envelope = seals.seal_to(one.public, b"text", context=b"case one")

    assert seals.open_sealed(one.secret, envelope, context=b"case one") == b"text"
    with pytest.raises(seals.WrongKey):
        seals.open_sealed(other.secret, envelope, context=b"case one")
    with pytest.raises(seals.WrongKey):
        seals.open_sealed(one.secret, envelope, context=b"case two")


def test_secrets_do_not_show_when_printed() -> None:
    pair = seals.new_pair()

    assert repr(pair.secret) not in repr(pair)


def test_the_length_outside_tells_only_the_next_256_bytes() -> None:
    public = seals.new_pair().public
    lengths = {
        (
            len(seals.lock_record(CASE_KEY, SHRED, b"x" * length, PLACE)),
            len(seals.seal_to(public, b"x" * length, context=b"case")),
        )
        for length in range(256)
    }

    assert len(lengths) == 1


@given(text=texts)
def test_t35_any_bytes_at_all_are_refused_by_name(text: bytes) -> None:
    secret = bytes(range(1, 33))

    with pytest.raises(seals.WrongKey):
        seals.unlock_record(CASE_KEY, SHRED, text, PLACE)
    with pytest.raises(seals.WrongKey):
        seals.unwrap(text, phrase_key=CASE_KEY, shred=SHRED, context=b"")
    with pytest.raises(seals.WrongKey):
        seals.open_sealed(secret, b"\x01" + text, context=b"")


@settings(deadline=None)
@given(phrase=st.text(max_size=200))
def test_t35_any_text_at_all_makes_a_key(phrase: str) -> None:
    assert len(seals.phrase_key(phrase, SALT, QUICK)) == 32


# --- T9: threads -------------------------------------------------------------------------------------------


THREADS = """
import sys, threading
from survivor_portal import seals

count, kib, passes, salt = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), b"s" * 16
cost = seals.Cost(kib=kib, passes=passes)
together, made = threading.Barrier(8), []

def share(worker):
    together.wait()
    for n in range(worker, count, 8):
        made.append(seals.phrase_key(f"phrase {n % 10}", salt, cost))

threads = [threading.Thread(target=share, args=(worker,)) for worker in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(made), *sorted({key.hex() for key in made}))
"""


def in_eight_threads(count: int, cost: seals.Cost) -> list[str]:
    """How many keys were made, and which. A process of its own: one that hangs is ended after 120 s."""
    arguments = [str(number) for number in (count, cost.kib, cost.passes)]
    done = subprocess.run(
        [sys.executable, "-c", THREADS, *arguments], cwd=HOUSE, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_t09_many_phrases_in_eight_threads_never_hang(sizes: Callable[[str], int]) -> None:
    count = sizes("phrase_keys_in_threads")
    wanted = sorted(seals.phrase_key(f"phrase {n % 10}", SALT, QUICK).hex() for n in range(10))

    assert in_eight_threads(count, QUICK) == [str(count), *wanted]


def test_t09_nor_do_they_at_the_real_cost(sizes: Callable[[str], int]) -> None:
    count = sizes("phrase_keys_at_real_cost")

    made = in_eight_threads(count, seals.STRONG)

    assert int(made[0]) == count
    assert len(made) == 1 + min(count, 10)


def test_t09_the_real_cost_in_four_threads_gives_the_same_bytes() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: seals.phrase_key("password", SALT), range(4), timeout=120))

    assert {key.hex()[:16] for key in made} == {"64238e3e58814f30"}


# --- chains ------------------------------------------------------------------------------------------------


def test_a_chain_differs_by_case_order_and_entry() -> None:
    one, two = seals.leaf(b"s" * 32, b"one"), seals.leaf(b"s" * 32, b"two")

    def head(case: str, *leaves: bytes) -> bytes:
        at = seals.chain_start(case)
        for number, of_leaf in enumerate(leaves, start=1):
            at = seals.chain_head(at, number, of_leaf)
        return at

    heads = {head("a", one, two), head("a", two, one), head("b", one, two), head("a", one), head("a", two)}

    assert len(heads) == 5
    assert seals.leaf(b"t" * 32, b"one") != one
