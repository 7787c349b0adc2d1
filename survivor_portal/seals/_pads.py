"""Round lengths up, so that the length of an envelope says little of what is in it."""

STEP = 256


def padded(plaintext: bytes) -> bytes:
    """The plaintext, one mark, then zeros up to the next 256 bytes (ISO/IEC 7816-4)."""
    marked = plaintext + b"\x80"
    return marked + b"\x00" * (-len(marked) % STEP)


def unpadded(text: bytes) -> bytes | None:
    """What was padded; None where the padding is not ours. There is always exactly one way back."""
    plaintext = text.rstrip(b"\x00")
    if len(text) % STEP or not plaintext.endswith(b"\x80"):
        return None
    return plaintext[:-1]
