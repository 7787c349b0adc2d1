"""Bytes that should be a list: UTF-8 text, a piece at a time, refused at the first byte that is not text."""

from __future__ import annotations

import codecs
import re

from survivor_portal.lists._records import MOST_BYTES

# Neither a picture nor a program is without one of these in its first bytes.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")


class NotText(Exception):
    """This is no UTF-8 text. `line`: the line, as an editor counts, on which it stops being one."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class TooLarge(Exception):
    """More than a list may have."""


class Collected:
    """Text that comes in pieces. What was refused is not kept."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._pieces: list[str] = []
        self._bytes = 0
        self._lines = 1

    def add(self, piece: bytes) -> None:
        """Take the next bytes. Raises NotText, TooLarge; nothing is kept then."""
        self._bytes += len(piece)
        if self._bytes > MOST_BYTES:
            self._pieces.clear()
            raise TooLarge
        try:
            self._take(self._decoder.decode(piece))
        except UnicodeDecodeError as bad:
            self._refuse(piece[: bad.start].decode("utf-8", "replace"))

    def end(self) -> str:
        """All of it. Raises NotText where the last sign is cut off."""
        try:
            self._take(self._decoder.decode(b"", final=True))
        except UnicodeDecodeError:
            self._refuse("")
        text = "".join(self._pieces)
        self._pieces.clear()
        return text

    def _take(self, text: str) -> None:
        if found := _NO_TEXT.search(text):
            self._refuse(text[: found.start()])
        self._pieces.append(text)
        self._lines += text.count("\n")

    def _refuse(self, before: str) -> None:
        self._pieces.clear()
        raise NotText(self._lines + before.count("\n"))
