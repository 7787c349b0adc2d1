"""Marks: the signs that stand around and after links in pasted text, and never belong to them."""

import re
import unicodedata

# Signs without a width or that only steer the direction of writing: they arrive with text copied from apps.
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufe0e\ufe0f\ufeff\ufff9\ufffa\ufffb"
)
_DROP_INVISIBLE = str.maketrans("", "", INVISIBLE)

# Signs that end a link wherever they stand, for use in [ ]. No browser copies them as they are.
BREAKS = r"""\s<>"`“”„‟«»‹›‘’‚「」『』【】《》〈〉〔〕（）｛｝［］｟｠，、；：！？\x00-\x1f\x7f-\x9f"""

_BREAK = re.compile(f"[{BREAKS}]")
_ENDINGS = frozenset(".,;:!?'…*~|^·•–—―،؛؟۔।॥。｡．¡¿‼⁉\\\"#")
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def visible(text: str) -> str:
    """Take out the signs that cannot be seen."""
    return text.translate(_DROP_INVISIBLE)


def without_breaks(text: str) -> str:
    """Write the signs that end a link as %XX, for text that was packed inside another address."""
    return _BREAK.sub(_percent, text)


def _percent(found: "re.Match[str]") -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass"))


def link_end(text: str) -> int:
    """Give where a link in `text` ends: before full stops, emoji and brackets that are not its own."""
    surplus = {closer: text.count(closer) - text.count(opener) for closer, opener in _CLOSERS.items()}
    end = len(text)
    while end:
        last = text[end - 1]
        if last in _CLOSERS:
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        elif last in "([{":
            surplus[{"(": ")", "[": "]", "{": "}"}[last]] += 1
        elif last in "nrtNRT" and text[end - 2 : end - 1] == "\\":
            end -= 1  # a line end as programs write it
        elif not (last in _ENDINGS or last in INVISIBLE or unicodedata.category(last) in ("So", "Sk", "Zs")):
            break
        end -= 1
    return end


def opening(text: str) -> int:
    """Give where the first sign stands that can begin a link."""
    for place, sign in enumerate(text):
        if sign.isalnum() or sign == "@" or text.startswith("//", place):
            return place
        if sign == "[" and text[place + 1 : place + 3].strip("0123456789abcdefABCDEF:") == "":
            return place
    return len(text)
