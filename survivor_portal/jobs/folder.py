"""A folder as the bell of a small site: messages are files, there whole or not at all, for one owner only."""

import uuid
from pathlib import Path
from time import monotonic, monotonic_ns, sleep
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

SHORTEST_PAUSE = 0.005


class Channel(filesystem.Channel):
    """As Kombu's, but a file is never seen half written, and no message passes through the system's own
    temporary folder."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (self._folder.parent, self._folder, self._folder / "taken", Path(self.control_folder)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def _folder(self) -> Path:
        return Path(self.data_folder_in)

    # Kombu's base class names no further parts, and its own code hands some over.
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        # Not a name anybody looks for, until the message is in it.
        unfinished = self._folder / f".{name}"
        unfinished.write_text(dumps(payload), "utf-8")
        unfinished.rename(self._folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(path.name for path in self._folder.glob(f"*.{queue}.msg")):
            if name.startswith("."):
                continue
            taken = self._folder / "taken" / name
            try:
                # Only one of all that look can move it.
                (self._folder / name).rename(taken)
                text = taken.read_text("utf-8")
                taken.unlink()
            except OSError:
                continue
            return loads(text)
        raise filesystem.Empty


class Transport(filesystem.Transport):
    """Named by the setting CELERY_BROKER_TRANSPORT."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
        """Wait for one message. Looks often just after the last one and seldom when it is quiet: with one
        pace for both, a job took as long as the pause."""
        assert self.cycle is not None
        until = None if timeout is None else monotonic() + timeout
        pause = SHORTEST_PAUSE
        while True:
            try:
                self.cycle.get(self._deliver, timeout=timeout)
            except filesystem.Empty:
                if until is not None and monotonic() >= until:
                    raise TimeoutError from None
                sleep(pause)
                pause = min(pause * 1.5, self.polling_interval)
            else:
                return
