"""Sign what leaves, so that whoever gets it can see in the DNS that it came from here (DKIM, RFC 6376)."""

import dkim
from django.conf import settings

# What is named twice may not be added to later either: a second From would be shown and not be covered.
_SIGNED = (
    "from", "from", "to", "to", "subject", "subject", "date", "date", "message-id", "message-id",
    "in-reply-to", "in-reply-to", "references", "references", "mime-version", "content-type", "content-type",
    "content-transfer-encoding", "reply-to", "cc", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip


class NoKey(Exception):
    """This process was given no key to sign with, or one that cannot be read. Nothing may leave unsigned."""


def signed(mail: bytes) -> bytes:
    """The mail with our signature in front. Where no key is named (one's own machine) it stays as it is.

    Raises NoKey. The key is read anew each time: no process carries it along while it does other things.
    """
    if settings.DKIM_KEY_FILE is None:
        return mail
    try:
        header: bytes = dkim.sign(
            mail,
            settings.DKIM_SELECTOR.encode("ascii"),
            settings.RELAY_DOMAIN.encode("ascii"),
            settings.DKIM_KEY_FILE.read_bytes(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode("ascii") for name in _SIGNED],
        )
    except (OSError, dkim.DKIMException):
        raise NoKey from None
    return header + mail
