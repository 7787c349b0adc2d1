"""A place of a test's own, for tests that make backups and put them back."""

import gc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def nobody_else() -> None:
    """Nobody from an earlier test has the databases open: a connection of a thread that ended lives in a
    circle until that is collected, and what is put back is refused as long."""
    gc.collect()


@pytest.fixture
def place(nobody_else: None, settings: Settings, tmp_path: Path) -> Path:
    """A data folder and keys of the days of this test's own, from `NOON` on. Wants both databases."""
    from survivor_portal.cases import access
    from survivor_portal.keystore import epochs

    settings.DATA_DIR = tmp_path / "data"
    settings.EPOCH_DIR = tmp_path / "epochs"
    for folder in (settings.DATA_DIR, settings.EPOCH_DIR):
        folder.mkdir(mode=0o700)
    epochs.make(NOON)
    access.prepare()
    return tmp_path
