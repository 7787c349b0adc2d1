"""What workers hold of a case goes when the case goes, or when its time is over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from survivor_portal.cases import access, ending, entrusted
from survivor_portal.cases.models import Entrusted
from survivor_portal.keystore import capsules
from survivor_portal.keystore.models import Capsule, CapsuleKey
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def rows() -> tuple[int, int, int]:
    return Entrusted.objects.count(), Capsule.objects.count(), CapsuleKey.objects.count()


def test_a_worker_opens_what_it_was_given_of_a_case() -> None:
    case = access.open_new(NOW).session.case

    capsule_id = entrusted.put(case.id, "mail", b"a letter", NOW + DAY)

    assert capsules.open(capsule_id, "mail", NOW) == b"a letter"
    assert entrusted.of(case.id) == (capsule_id,)


def test_deleting_a_case_deletes_what_workers_hold_of_it_and_of_no_other() -> None:
    access.prepare()
    case, other = access.open_new(NOW).session.case, access.open_new(NOW).session.case
    gone, stays = (entrusted.put(one.id, "mail", b"a letter", NOW + DAY) for one in (case, other))

    ending.erase_case(case.id, NOW)

    assert rows() == (1, 1, 1)
    assert capsules.open(stays, "mail", NOW) == b"a letter"
    with pytest.raises(capsules.NoCapsule):
        capsules.open(gone, "mail", NOW)


def test_what_is_taken_back_is_gone_for_good_and_twice_does_no_harm() -> None:
    case = access.open_new(NOW).session.case
    capsule_id = entrusted.put(case.id, "mail", b"a letter", NOW + DAY)

    entrusted.take_back([capsule_id])
    entrusted.take_back([capsule_id])

    assert rows() == (0, 0, 0)


def test_the_sweep_takes_what_is_over_and_leaves_the_rest() -> None:
    access.prepare()
    case = access.open_new(NOW).session.case
    entrusted.put(case.id, "mail", b"old", NOW + DAY / 24)
    stays = entrusted.put(case.id, "mail", b"new", NOW + 3 * DAY)

    ending.sweep(NOW + DAY / 12)

    assert entrusted.of(case.id) == (stays,)
    assert rows() == (1, 1, 1)


def test_a_transaction_that_is_undone_leaves_nothing_a_worker_could_open() -> None:
    case = access.open_new(NOW).session.case

    with transaction.atomic():
        entrusted.put(case.id, "mail", b"a letter", NOW + DAY)
        transaction.set_rollback(True)

    assert Entrusted.objects.count() == Capsule.objects.count() == 0


def test_what_is_due_goes_together_with_what_it_is_about() -> None:
    access.prepare()
    case, other = access.open_new(NOW).session.case, access.open_new(NOW).session.case
    back, erased, stays = (
        entrusted.put_due(one.id, "mail", b"a letter", NOW + DAY, NOW + 2 * DAY)
        for one in (case, case, other)
    )

    entrusted.take_back([back])
    assert set(Slip.objects.values_list("subject", flat=True)) == {erased, stays}
    ending.erase_case(case.id, NOW)

    assert set(Slip.objects.values_list("subject", flat=True)) == {stays}


def test_what_was_done_stays_crossed_off_when_its_capsule_is_taken_back() -> None:
    case = access.open_new(NOW).session.case
    capsule_id = entrusted.put_due(case.id, "mail", b"a letter", NOW, NOW + DAY)
    (claim,) = due.claim(NOW)
    work = due.begin(claim.id, claim.token, NOW)
    assert work is not None

    due.done(work, NOW, lambda: entrusted.take_back([capsule_id]))

    assert rows() == (0, 0, 0)
    assert not due.put("mail", capsule_id, NOW, capsule_id)


def test_the_capsules_for_one_purpose_are_told_apart() -> None:
    case = access.open_new(NOW).session.case
    letter, note = (entrusted.put(case.id, what, b"", NOW + DAY) for what in ("mail", "nudge"))

    assert entrusted.of(case.id, "nudge") == (note,)
    assert set(entrusted.of(case.id)) == {letter, note}
