"""Looks at the machine: clock, disks, memory that may reach a disk, and who may read the files."""

import os
import resource
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from survivor_portal.steward.findings import Finding, Level, broken, fine, in_words, look

CLOCK_LOOK, CLOCK_BROKEN = timedelta(seconds=5), timedelta(seconds=60)
# Room that is left: look at it below the first, act at once below the second.
DISK_LOOK, DISK_BROKEN = 1 << 30, 100 << 20
PATIENCE = 2.0  # seconds
PROC = Path("/proc")
BLOCK = Path("/sys/block")
SPOOL = Path("/var/spool/postfix")
# In the data folder, on a small site.
_PRIVATE = (
    "deleted",
    "backups",
    "bell",
    "*.sqlite3",
    "*.sqlite3-*",
    "secret-key",
    "index-key",
    "auto",
    "auto/*",
)


def clock(now: datetime) -> Iterator[Finding]:
    """Our clock against that of the database's server, and of the disk's."""
    others = {"the disk": _of_the_disk()}
    for alias, connection in ((alias, connections[alias]) for alias in settings.DATABASES):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                others[f"the server of {'the site' if alias == 'default' else alias}"] = cursor.fetchone()[0]
    for whose, moment in others.items():
        apart = abs(moment - now)
        if apart < CLOCK_LOOK:
            continue
        says = f"Our clock and that of {whose} are {in_words(apart)} apart."
        do = "Let the machines set their clocks by the network (timedatectl set-ntp true)."
        yield (broken if apart >= CLOCK_BROKEN else look)("clock", says, do)
        return
    yield fine("clock", f"Our clock agrees with that of {' and '.join(others)}.")


def _of_the_disk() -> datetime:
    # Nothing is written into it: a full disk still takes a name, and tells its time.
    with tempfile.NamedTemporaryFile(dir=settings.DATA_DIR, prefix=".doctor-") as file:
        return datetime.fromtimestamp(os.stat(file.name).st_mtime, UTC)


def bell(_: datetime) -> Iterator[Finding]:
    """Does the server answer that tells workers of a larger site of work? Nothing is said to it."""
    url = urlsplit(getattr(settings, "CELERY_BROKER_URL", ""))
    if url.scheme in ("", "filesystem"):
        return
    try:
        if url.hostname:
            # The settings wrote the port into the address, whatever the operator did.
            socket.create_connection((url.hostname, url.port or 0), PATIENCE).close()
        else:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(PATIENCE)
                line.connect(url.path)
    except OSError:
        yield broken(
            "bell",
            "The server BROKER_URL names does not answer: workers are not told that there is work.",
            "Start it. Nothing is lost: what is due stands in the database.",
        )
    else:
        yield fine("bell", "The server that tells workers of work answers.")


def disk(_: datetime) -> Iterator[Finding]:
    """Room where data, backups and mail lie, each disk once."""
    places = {
        "data": settings.DATA_DIR,
        "backups": settings.BACKUP_DIR,
        "keys' backups": settings.KEYS_BACKUP_DIR,
    }
    if settings.MAIL_IN is not None:
        places["mail spool"] = SPOOL
    seen = set()
    for name, place in places.items():
        if place is None or not Path(place).is_dir() or (device := os.stat(place).st_dev) in seen:
            continue
        seen.add(device)
        room = shutil.disk_usage(place).free
        says = f"{room >> 20} MiB are free where the {name} lie{'s' if name == 'mail spool' else ''}."
        if room < DISK_LOOK:
            yield Finding(
                Level.broken if room < DISK_BROKEN else Level.look,
                "disk",
                says,
                "Make room: on a full disk nothing is kept and nothing is deleted to its end.",
            )
        else:
            yield fine("disk", says)


def memory(_: datetime) -> Iterator[Finding]:
    """What is in memory, phrases included, must not reach a disk."""
    yield from _swap()
    soft, _hard = resource.getrlimit(resource.RLIMIT_CORE)
    if soft:
        yield look(
            "core dumps",
            "A process that crashes here may write its memory to a disk.",
            "Set LimitCORE=0 in the units, or `ulimit -c 0` before the start.",
        )
    else:
        yield fine("core dumps", "They are off for this process.")


def _swap() -> Iterator[Finding]:
    try:
        lines = (PROC / "swaps").read_text("utf-8").splitlines()[1:]
    except OSError:
        yield look("swap", "Whether there is swap could not be seen.", "Look by hand: `swapon --show`.")
        return
    open_ = [line.split()[0] for line in lines if line.strip() and not _is_encrypted(Path(line.split()[0]))]
    if open_:
        yield look(
            "swap",
            f"Swap is on and not known to be encrypted: {', '.join(open_)}.",
            "Turn it off (`swapoff -a`, /etc/fstab), or encrypt it.",
        )
    else:
        yield fine("swap", "Swap is encrypted or in memory." if lines else "There is no swap.")


def _is_encrypted(device: Path) -> bool:
    name = device.resolve().name
    if name.startswith("zram"):
        return True
    try:
        return (BLOCK / name / "dm" / "uuid").read_text("ascii").startswith("CRYPT-")
    except OSError:
        return False


def files(_: datetime) -> Iterator[Finding]:
    """Who may read what is for the site only."""
    data = Path(settings.DATA_DIR)
    paths = [path for name in _PRIVATE for path in data.glob(name)]
    if Path() != settings.EPOCH_DIR and settings.EPOCH_DIR.is_dir():
        paths += [settings.EPOCH_DIR, *settings.EPOCH_DIR.iterdir()]
    paths += [path for path in (settings.AUTO_KEY_FILE, settings.DKIM_KEY_FILE) if path]
    open_ = sorted({path.name for path in paths if _is_open(path)})
    if open_:
        yield broken(
            "files",
            f"Others on this machine may read: {', '.join(open_)}.",
            "chmod 0600 the files, 0700 the folders, and see that the site's own user owns them.",
        )
    else:
        yield fine("files", f"{len(paths)} files and folders are for their owner only.")


def _is_open(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    # What lies in a closed folder is closed, whatever its own mode says.
    inside = path.parent.stat().st_mode & 0o077
    return bool(stat.S_IMODE(mode) & 0o077) and bool(inside & 0o055 or (stat.S_ISDIR(mode) and inside))
