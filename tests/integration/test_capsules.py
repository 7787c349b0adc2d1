"""A capsule opens for a worker, for its purpose, while it lasts; in no old copy, and for nobody else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction
from pytest_django import Settings

from survivor_portal import seals
from survivor_portal.config import autokeys
from survivor_portal.keystore import capsules, epochs, locks, rotation
from survivor_portal.keystore.models import Capsule, CapsuleKey

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LETTER = b"Dear Sir or Madam, please take it down."


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, settings: Settings) -> None:
    settings.EPOCH_DIR = tmp_path / "epochs"
    settings.EPOCH_DIR.mkdir(mode=0o700)
    pair = autokeys.for_development(tmp_path, settings.EPOCH_MARK)
    settings.AUTO_PUBLIC_KEY, settings.AUTO_KEY_FILE = pair.public, pair.file
    rotation.rotate(NOW)


def put(payload: bytes = LETTER, *, expires_at: datetime = NOW + 5 * DAY) -> str:
    return capsules.put("mail", payload, expires_at)


def opens(capsule_id: str, *, purpose: str = "mail", now: datetime = NOW) -> bool:
    try:
        return capsules.open(capsule_id, purpose, now) == LETTER
    except capsules.NoCapsule:
        return False


def test_what_was_put_in_comes_out() -> None:
    assert capsules.open(put(), "mail", NOW) == LETTER


def test_it_opens_for_its_purpose_only_and_not_after_its_time() -> None:
    capsule_id = put()

    assert not opens(capsule_id, purpose="nudge")
    assert opens(capsule_id, now=NOW + 5 * DAY - timedelta(seconds=1))
    assert not opens(capsule_id, now=NOW + 5 * DAY)


@pytest.mark.parametrize("change", [{"purpose": "nudge"}, {"expires_at": NOW + 9 * DAY}])
def test_purpose_and_time_cannot_be_changed_in_the_row(change: dict[str, object]) -> None:
    capsule_id = put()
    Capsule.objects.update(**change)

    assert not opens(capsule_id, purpose=str(change.get("purpose", "mail")))


def test_a_capsule_copied_into_another_row_does_not_open() -> None:
    one, two = put(), put(b"another")
    Capsule.objects.filter(pk=two).update(envelope=Capsule.objects.get(pk=one).envelope)

    assert not opens(two)


def test_its_time_is_a_full_hour() -> None:
    put(expires_at=NOW + timedelta(minutes=1))

    assert Capsule.objects.get().expires_at == NOW + timedelta(hours=1)
    assert CapsuleKey.objects.get().expires_at == NOW + timedelta(hours=1)


def test_the_first_database_and_the_workers_key_open_nothing(settings: Settings) -> None:
    put()
    row = Capsule.objects.get()
    secret = bytes.fromhex(settings.AUTO_KEY_FILE.read_text().strip().removeprefix(settings.EPOCH_MARK))
    context = f"capsule1|{row.pk}|mail|{row.expires_at.timestamp():.0f}".encode()
    envelope = bytes(row.envelope)

    # Past the outer lock's head too, in case the inner envelope were to be seen there.
    for start in range(len(envelope) - 300):
        with pytest.raises(seals.WrongKey):
            seals.open_sealed(secret, envelope[start:], context=context)
    CapsuleKey.objects.all().delete()
    assert not opens(row.pk)


def test_both_databases_without_the_workers_key_open_nothing(settings: Settings) -> None:
    capsule_id = put()
    row, key = Capsule.objects.get(), CapsuleKey.objects.get()
    day_key = epochs.known()[key.epoch].key()
    context = f"capsule1|{row.pk}|mail|{row.expires_at.timestamp():.0f}".encode()
    inner = seals.unlock(
        locks.unlock_capsule_key(day_key, row.pk, key.epoch, bytes(key.wrapped)),
        bytes(row.envelope),
        context=context,
    )

    assert LETTER not in inner
    for secret in (seals.new_pair().secret, day_key):
        with pytest.raises(seals.WrongKey):
            seals.open_sealed(secret, inner, context=context)
    settings.AUTO_KEY_FILE = None
    with pytest.raises(capsules.NoAutoKey):
        capsules.open(capsule_id, "mail", NOW)


def test_without_a_pair_nothing_is_put_in(settings: Settings) -> None:
    for public in ("", "abc", "00"):
        settings.AUTO_PUBLIC_KEY = public
        with pytest.raises(capsules.NoAutoKey):
            put()

    assert not CapsuleKey.objects.exists()


def test_keys_and_capsules_lie_in_two_databases() -> None:
    put()

    assert {table for table in connections["keys"].introspection.table_names() if "capsule" in table} == {
        "keystore_capsulekey"
    }
    assert {table for table in connections["default"].introspection.table_names() if "capsule" in table} == {
        "keystore_capsule"
    }


def test_a_capsule_put_in_a_transaction_that_fails_leaves_a_key_that_opens_nothing_and_goes() -> None:
    def put_and_fail() -> None:
        with transaction.atomic():
            put()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()

    assert not Capsule.objects.exists()
    assert capsules.sweep(NOW + 5 * DAY) == CapsuleKey.objects.count() + 1 == 1


def test_what_was_deleted_is_gone_and_to_delete_it_twice_does_no_harm() -> None:
    one, two = put(), put()

    assert capsules.delete([one]) == 1
    assert capsules.delete([one]) == 0
    assert (opens(one), opens(two)) == (False, True)
    assert Capsule.objects.count() == CapsuleKey.objects.count() == 1


def test_the_sweep_takes_what_is_over_and_no_other() -> None:
    over, living = put(expires_at=NOW + DAY), put()

    assert capsules.sweep(NOW + DAY) == 1
    assert (opens(over), opens(living)) == (False, True)
    assert Capsule.objects.count() == CapsuleKey.objects.count() == 1


def test_t21_turning_the_key_of_the_day_keeps_living_capsules_open() -> None:
    capsule_id = put()
    for day in range(1, 4):
        done = rotation.rotate(NOW + day * DAY)
        assert done is not None
        assert done.rewrapped == 1

    assert opens(capsule_id)
    assert CapsuleKey.objects.get().epoch == 4


def test_t21_a_deleted_capsule_is_unreadable_from_an_old_backup_after_two_turns() -> None:
    capsule_id, living = put(), put()
    backup = [
        Capsule.objects.filter(pk=capsule_id).values().get(),
        CapsuleKey.objects.filter(pk=capsule_id).values().get(),
    ]
    capsules.delete([capsule_id])

    Capsule.objects.create(**backup[0])
    CapsuleKey.objects.create(**backup[1])
    assert opens(capsule_id), "the backup is one that opens while its day's key is there"
    capsules.delete([capsule_id])

    rotation.rotate(NOW + DAY)
    rotation.rotate(NOW + 2 * DAY)
    Capsule.objects.create(**backup[0])
    CapsuleKey.objects.create(**backup[1])
    assert (opens(capsule_id), opens(living)) == (False, True)


def test_a_key_that_does_not_open_stops_the_rotation_before_anything_is_lost() -> None:
    capsule_id = put()
    broken = put()
    CapsuleKey.objects.filter(pk=broken).update(wrapped=b"x" * 317)

    with pytest.raises(Exception):  # noqa: B017 - any refusal will do
        rotation.rotate(NOW + DAY)

    assert 1 in epochs.known()
    assert opens(capsule_id)
