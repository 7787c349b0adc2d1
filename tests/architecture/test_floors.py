"""Imports run downwards only, and the architecture page names every room."""

import subprocess
import sys
from pathlib import Path

import pytest

from survivor_portal.config.env import HOUSE

ROOMS = sorted(path.parent.name for path in (HOUSE / "survivor_portal").glob("*/__init__.py"))


def test_every_import_contract_holds() -> None:
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=HOUSE, capture_output=True, text=True
    )

    # Below its banner and its list of kept contracts it says which import broke which.
    assert found.returncode == 0, found.stdout.partition("Broken contracts")[2] or found.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_the_architecture_page_names_the_room(room: str) -> None:
    assert f"`{room}`" in (HOUSE / "docs" / "architecture.md").read_text("utf-8")


@pytest.mark.parametrize(
    "module", sorted((HOUSE / "survivor_portal" / "config" / "run").glob("*.py")), ids=str
)
def test_what_runs_before_installing_needs_the_standard_library_only(module: Path) -> None:
    """Imports at the top; `prepare` may import Django inside its function, it runs after installing."""
    roots = {
        line.split()[1].partition(".")[0]
        for line in module.read_text("utf-8").splitlines()
        if line.startswith(("import ", "from "))
    }

    assert roots <= {*sys.stdlib_module_names, "survivor_portal"}
