"""The commands of docs/operating.md, one after the other as they stand there, on a small site."""

import io
import re
import shlex
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.core.management import call_command, load_command_class
from django.core.management.base import BaseCommand
from django.utils import timezone
from pytest_django import Settings

from survivor_portal.cases import access
from survivor_portal.config.env import HOUSE
from survivor_portal.keystore import epochs
from survivor_portal.steward import asking

PAGE = HOUSE / "docs" / "operating.md"
NOT_RUN = "not run in the tests"


def blocks() -> list[tuple[str, list[str]]]:
    """Each fenced block with the paragraph above it."""
    parts = re.split(r"(?ms)^```\n(.*?)^```\n", PAGE.read_text("utf-8"))
    found = []
    for before, block in zip(parts[::2], parts[1::2], strict=False):
        lines = [line for line in block.replace("\\\n", " ").splitlines() if line.strip()]
        found.append((before.strip().split("\n\n")[-1], lines))
    return found


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_every_command_of_the_page_runs_or_is_marked(
    nobody_else: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR, settings.EPOCH_DIR = tmp_path / "data", tmp_path / "epochs"
    settings.METRICS = ("127.0.0.1", 0)
    for folder in (settings.DATA_DIR, settings.EPOCH_DIR):
        folder.mkdir(mode=0o700)
    epochs.make(timezone.now())
    access.prepare()
    monkeypatch.setattr(asking.Asking, "serve_forever", lambda *_, **__: None)
    examples = {
        part: f"/var/backups/site/{part}-20261122T1{hour}0000Z" for part, hour in (("site", 2), ("keys", 3))
    }
    ran = []

    for above, lines in blocks():
        for line in lines:
            if NOT_RUN in above:
                continue
            program, name, *words = shlex.split(line)[1:]
            assert (line.split()[0], program) == (".venv/bin/python", "manage.py")
            for part, example in examples.items():
                newest = sorted((tmp_path / "var/backups/site").glob(f"{part}-*"))
                words = [str(newest[-1]) if word == example else word for word in words]
            words = [
                str(tmp_path / word[1:]) if word.startswith(("/var", "/mnt")) else word for word in words
            ]
            # `doctor` says by its code how the site is doing.
            with pytest.raises(SystemExit) if name == "doctor" else nullcontext():
                call_command(name, *words, stdout=io.StringIO())
            ran.append(name)

    assert ran == ["backup", "backup", "restore", "restore", "doctor", "doctor", "metrics"]


def test_every_command_of_the_operator_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    commands = HOUSE / "survivor_portal" / "steward" / "management" / "commands"
    names = {path.stem for path in commands.glob("*.py")} - {"__init__"}

    for name in ("backup", "restore", "doctor", "metrics"):
        assert name in names
        parser = load_command_class("survivor_portal.steward", name).create_parser("manage.py", name)
        own = set(parser._option_string_actions) - set(
            BaseCommand().create_parser("", "")._option_string_actions
        )
        assert [option for option in own if option not in text] == []
