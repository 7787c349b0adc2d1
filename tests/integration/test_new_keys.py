"""The command that makes the secrets of a new site: production takes them, nobody else reads them."""

import io
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from survivor_portal.config import env
from survivor_portal.config.run.suite import production
from survivor_portal.steward import new_keys

SECRET = ("secret-key", "index-key", "auto-key", "dkim-key")
PUBLIC = ("auto-public", "dkim-public")


def made(folder: Path) -> str:
    said = io.StringIO()
    call_command("new_keys", str(folder), stdout=said)
    return said.getvalue()


def test_production_starts_with_what_it_makes(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    said = made(folder)
    public = next(line for line in said.splitlines() if line.startswith("AUTO_PUBLIC_KEY="))

    found = env.for_production(
        {name: value for name, value in production(tmp_path).items() if name != "SECRET_KEY_FILE"}
        | {f"{name.replace('-', '_').upper()}_FILE": str(folder / name) for name in SECRET}
        | {
            "AUTO_PUBLIC_KEY": public.partition("=")[2],
            "MAIL_OUT": "smtp://127.0.0.1:25",
            "RELAY_DOMAIN": "answers.help.example",
            "DKIM_SELECTOR": "one",
        }
    )

    assert found.auto_key.file == folder / "auto-key"
    assert found.mail.dkim_key == folder / "dkim-key"


def test_only_its_owner_reads_them_and_none_is_printed(tmp_path: Path) -> None:
    said = made(tmp_path / "keys")

    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert sorted(os.listdir(tmp_path / "keys")) == sorted(SECRET + PUBLIC)
    for name in SECRET:
        path = tmp_path / "keys" / name
        assert path.stat().st_mode & 0o777 == 0o400
        lines = [line for line in path.read_text().splitlines() if len(line) > 20]
        # An RSA key begins with its public half (RFC 8017 appendix A.1.2).
        hidden = lines[8:] if name == "dkim-key" else lines
        assert hidden
        assert not [line for line in hidden if line in said]
    for name in PUBLIC:
        assert (tmp_path / "keys" / name).read_text().strip() in said


def test_what_is_there_already_is_never_written_over(tmp_path: Path) -> None:
    made(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "index-key").unlink()

    said = made(tmp_path)

    after = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert {path.name for path in before if before[path] != after[path]} == {"index-key"}
    assert "made: index-key\n" in said
    assert "left as they are: secret-key, auto-key, dkim-key" in said


def test_of_two_that_write_at_once_the_first_stays(tmp_path: Path) -> None:
    assert new_keys._write(tmp_path / "index-key", "first")
    assert not new_keys._write(tmp_path / "index-key", "second")

    assert (tmp_path / "index-key").read_text() == "first\n"
    assert len(list(tmp_path.iterdir())) == 1


def test_where_it_cannot_write_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match="could not be written"):
        made(tmp_path / "file" / "keys")
