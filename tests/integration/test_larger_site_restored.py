"""A larger site is backed up by a role that may only read, and put back by the owner of its tables."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.integration.larger_site import HOUSE, PATIENCE, Site, larger_site


def operator(site: Site, **given: str) -> dict[str, str]:
    """What the operator's own commands are told."""
    data = site.folder / "operator"
    data.mkdir(mode=0o700, exist_ok=True)
    settings = "survivor_portal.config.settings.steward"
    return {"DJANGO_SETTINGS_MODULE": settings, "DATA_DIR": str(data)} | given


def refused(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=HOUSE, env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stderr


@pytest.mark.clusters
def test_t23_a_larger_site_is_put_back_and_what_was_deleted_stays_deleted() -> None:
    with tempfile.TemporaryDirectory() as folder, larger_site(Path(folder)) as site:
        deleted, living = site.part("web", "web_keeps")
        epochs, copies = str(site.folder / "epochs"), str(site.folder / "copies")
        read_site = operator(site, DATABASE_URL=site.url("backup", "cases"))
        read_keys = operator(site, KEYS_DATABASE_URL=site.url("backup", "keys"), EPOCH_DIR=epochs)
        # A role that may only read is enough, and each command reaches one cluster only.
        copy = site.manage(read_site, "backup", "--to", copies).split()[-1]
        keys = site.manage(read_keys, "backup", "--to", copies).split()[-1]
        assert Path(copy).name.startswith("site-")
        assert Path(keys).name.startswith("keys-")
        site.part("web", "web_deletes", deleted)
        web = site.environment("web")
        all_of_it = operator(
            site,
            DATABASE_URL=site.url("postgres", "cases"),
            KEYS_DATABASE_URL=site.url("postgres", "keys"),
            EPOCH_DIR=epochs,
            INDEX_KEY_FILE=web["INDEX_KEY_FILE"],
        )

        assert "Both databases and EPOCH_DIR are needed" in refused(web, "restore", copy)
        # The key process is there.
        assert "Stop it on all machines" in refused(all_of_it, "restore", copy, keys)
        ledger = str(Path(web["DATA_DIR"]) / "deleted")
        said = site.manage(all_of_it, "restore", copy, "--ledger", ledger)

        assert "1 cases are kept. 1 that had been deleted since were deleted again." in said
        # The rights of each role came back with the tables.
        assert site.part("web", "web_opens", [deleted, living]) == [False, True]
