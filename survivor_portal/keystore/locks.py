"""How a key of a case or of a capsule lies in its row: under the key of a day, bound to its row and day."""

from survivor_portal import seals


def lock_shred(day_key: bytes, case_id: str, epoch: int, key: bytes) -> bytes:
    """A shred key as it lies in its row."""
    return seals.lock(day_key, key, context=f"shred1|{case_id}|{epoch}".encode())


def unlock_shred(day_key: bytes, case_id: str, epoch: int, envelope: bytes) -> bytes:
    """The shred key again. Raises WrongKey."""
    return seals.unlock(day_key, envelope, context=f"shred1|{case_id}|{epoch}".encode())


def lock_capsule_key(day_key: bytes, capsule_id: str, epoch: int, key: bytes) -> bytes:
    """A capsule's key as it lies in its row."""
    return seals.lock(day_key, key, context=f"capsulekey1|{capsule_id}|{epoch}".encode())


def unlock_capsule_key(day_key: bytes, capsule_id: str, epoch: int, envelope: bytes) -> bytes:
    """The capsule's key again. Raises WrongKey."""
    return seals.unlock(day_key, envelope, context=f"capsulekey1|{capsule_id}|{epoch}".encode())
