"""Lock and unlock what must not be read: the only place where cryptography happens."""

from survivor_portal.seals._locks import WrongKey, lock, unlock
from survivor_portal.seals._tokens import new_token, token_id, token_key

__all__ = ["WrongKey", "lock", "new_token", "token_id", "token_key", "unlock"]
