"""Lock and unlock what must not be read: the only place where cryptography happens."""

from survivor_portal.seals._blind import blind_index
from survivor_portal.seals._certificates import NoCertificate, certificate_ends, door_context
from survivor_portal.seals._chains import chain_head, chain_start, leaf, new_leaf_salt
from survivor_portal.seals._keys import named_key, new_key
from survivor_portal.seals._locks import WrongKey, lock, unlock
from survivor_portal.seals._mail_keys import new_mail_key
from survivor_portal.seals._people import Pair, new_pair, open_sealed, pair_from, public_of, seal_to
from survivor_portal.seals._phrases import SALT_BYTES, STRONG, Cost, new_salt, phrase_key
from survivor_portal.seals._records import Place, lock_record, unlock_record
from survivor_portal.seals._signatures import new_signing_pair, sign, signed_by
from survivor_portal.seals._tokens import new_token, read_token, token_id, token_key, written
from survivor_portal.seals._wraps import blank_wrap, unwrap, wrap

__all__ = [
    "SALT_BYTES",
    "STRONG",
    "Cost",
    "NoCertificate",
    "Pair",
    "Place",
    "WrongKey",
    "blank_wrap",
    "blind_index",
    "certificate_ends",
    "chain_head",
    "chain_start",
    "door_context",
    "leaf",
    "lock",
    "lock_record",
    "named_key",
    "new_key",
    "new_leaf_salt",
    "new_mail_key",
    "new_pair",
    "new_salt",
    "new_signing_pair",
    "new_token",
    "open_sealed",
    "pair_from",
    "phrase_key",
    "public_of",
    "read_token",
    "seal_to",
    "sign",
    "signed_by",
    "token_id",
    "token_key",
    "unlock",
    "unlock_record",
    "unwrap",
    "wrap",
    "written",
]
