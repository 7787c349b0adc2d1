"""The certificate our own door shows: read anew when its files change, so that none runs out unnoticed."""

import logging
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from survivor_portal import seals

logger = logging.getLogger(__name__)

_Mark = tuple[tuple[int, int, int], ...]


@dataclass
class Shown:
    """Two files, and what was last made of them. Raises seals.NoCertificate where they cannot be used."""

    cert: Path
    key: Path
    _mark: _Mark | None = field(init=False)
    _context: ssl.SSLContext = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._mark = self._now()
        self._context = seals.door_context(self.cert, self.key)

    def context(self) -> ssl.SSLContext:
        """For one connection. While the files are being replaced, or are of no use, what was there before."""
        mark = self._now()
        if mark != self._mark:
            self._mark = mark
            try:
                self._context = seals.door_context(self.cert, self.key)
            except seals.NoCertificate:
                logger.error("the new certificate for mail cannot be used; the one before it is shown")
            else:
                logger.info("a new certificate for mail is shown")
        return self._context

    def _now(self) -> _Mark | None:
        try:
            found = [path.stat() for path in (self.cert, self.key)]
        except OSError:
            return None
        return tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)
