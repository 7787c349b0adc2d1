"""What `deploy` says fits the program: commands, settings, ports, files; and it carries no secret."""

import re
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from survivor_portal.config import env
from survivor_portal.config.env import HOUSE, NotReady
from survivor_portal.config.run import up
from tests import compose_file
from tests.compose_file import NotOurs
from tests.machine import Unit

DEPLOY = HOUSE / "deploy"
SYSTEMD = DEPLOY / "systemd"
GUARD = SYSTEMD / "survivor-portal-.service.d" / "guard.conf"
UNITS = sorted(SYSTEMD.glob("*.service"))
COMPOSE = compose_file.read((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "dockerfile" in str(service.get("build")) and
        service["build"]["dockerfile"] == "deploy/Containerfile"}  # fmt: skip


class Asked(dict[str, str]):
    """An environment that notes what it is asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)


def unread(given: dict[str, str]) -> set[str]:
    """Which of these settings nobody reads, in the way the settings module among them reads."""
    asked = Asked(given)
    readers = {"keys": env.for_key_process, "production": env.for_production, "steward": env.for_steward}
    read = readers[given["DJANGO_SETTINGS_MODULE"].rpartition(".")[2]]
    # What it says of folders and files that are not on this machine is not the question here.
    with suppress(NotReady):
        read(asked)
    # The command that starts the pages has two of its own.
    of_up = set(re.findall(r'environ\.get\("(\w+)"', Path(up.__file__).read_text("utf-8")))
    return set(given) - asked.names - of_up - {"DJANGO_SETTINGS_MODULE"}


def settings_in(path: Path) -> dict[str, str]:
    """The lines of an environment file."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def commands() -> list[tuple[str, list[str]]]:
    """Every call of manage.py in units and in compose.yaml: where, and its words after the name."""
    found = []
    for unit in UNITS:
        for line in (*Unit.of(unit).lines.get("ExecStart", ()), *Unit.of(unit).lines.get("ExecStartPre", ())):
            words = shlex.split(line)
            if "manage.py" in words:
                found.append((unit.name, words[words.index("manage.py") + 1 :]))
    return found + [(name, service["command"]) for name, service in OURS.items()]


@pytest.mark.parametrize(("where", "words"), commands())
def test_every_command_exists(where: str, words: list[str]) -> None:
    assert words[0] in {*get_commands(), "up", "test"}, where

    if words[0] == "up":
        text = Path(up.__file__).read_text("utf-8")
        assert {word for word in words[1:] if word.startswith("--") and f'"{word}"' not in text} == set()
    else:
        command = load_command_class(get_commands()[words[0]], words[0])
        command.create_parser("manage.py", words[0]).parse_args(words[1:])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_setting_of_a_unit_is_read(unit: Path) -> None:
    found = Unit.of(unit)
    given = dict(found.environment)
    for file in found.lines.get("EnvironmentFile", ()):
        given |= settings_in(DEPLOY / Path(file).name)

    assert unread(given) == set()


def test_commands_run_with_the_settings_of_the_key_process(tmp_path: Path) -> None:
    for name in ("epochs", "sockets"):
        (tmp_path / name).mkdir(mode=0o700)
    environment = settings_in(DEPLOY / "keys.env") | {
        "EPOCH_DIR": str(tmp_path / "epochs"),
        "KEYS_FOLDER": str(tmp_path / "sockets"),
        "KEYS_WEB_USERS": "10001",
        "KEYS_WORKER_USERS": "10002",
        "KEYS_OPERATOR_USERS": "10003",
        "PATH": "/usr/bin:/bin",
    }

    found = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=HOUSE, env=environment, capture_output=True, text=True
    )

    assert (found.returncode, found.stderr) == (0, "")


def test_every_credential_has_a_name_the_program_knows() -> None:
    program = "\n".join(path.read_text("utf-8") for path in (HOUSE / "survivor_portal/config").glob("*.py"))

    names = {name for unit in UNITS for name in Unit.of(unit).credentials}
    assert {name for name in names if f'"{name}"' not in program} == set()


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_setting_of_a_container_is_read(service: str) -> None:
    given = dict(SERVICES[service].get("environment", {}))
    if "env_file" in SERVICES[service]:
        given |= settings_in(DEPLOY / SERVICES[service]["env_file"])

    assert unread(given) == set()


def test_the_ports_are_the_same_everywhere() -> None:
    mail = settings_in(DEPLOY / "site.env")
    main = (DEPLOY / "postfix" / "main.cf").read_text("utf-8")
    master = (DEPLOY / "postfix" / "master.cf").read_text("utf-8")
    (pages,) = {words[words.index("--port") + 1] for _, words in commands() if "--port" in words}

    assert f"site_post_port = {mail['MAIL_IN'].rpartition(':')[2]}\n" in main
    assert f"\n127.0.0.1:{mail['MAIL_OUT'].rpartition(':')[2]} " in master
    assert f"reverse_proxy 127.0.0.1:{pages} " in (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8")
    assert f"proxy_pass http://127.0.0.1:{pages};" in (DEPLOY / "nginx" / "site.conf").read_text("utf-8")
    assert f"site_answers = {mail['RELAY_DOMAIN']}\n" in main


def test_what_a_container_names_is_there() -> None:
    for name, service in SERVICES.items():
        for other in service.get("depends_on", {}):
            assert other in SERVICES, (name, other)
        mode = str(service.get("network_mode", ""))
        assert mode.removeprefix("service:") in {*SERVICES, "none", ""}, name
        for volume in service.get("volumes", ()):
            left = volume.split(":")[0]
            if left.startswith("./secrets/"):
                assert left == "./secrets/" + name, "somebody else's secrets"
            elif left.startswith("."):
                assert (DEPLOY / left).exists(), left
            else:
                assert left in COMPOSE["volumes"], left
        if "build" in service:
            base = DEPLOY / service["build"]["context"]
            assert (base / service["build"]["dockerfile"]).is_file()
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert set(COMPOSE["volumes"]) <= used


def test_every_folder_of_a_container_is_made_for_its_user() -> None:
    script = (DEPLOY / "folders.sh").read_text("utf-8")
    made = {path: (int(owner), int(group)) for owner, group, path in
            re.findall(r"-o (\d+) -g (\d+) (\S+)", script)}  # fmt: skip

    for name, service in OURS.items():
        user, *groups = map(int, [*service["user"].split(":"), *service.get("group_add", ())])
        for volume in service["volumes"]:
            path = volume.split(":")[1]
            if path in made:
                assert user == made[path][0] or made[path][1] in groups or path == "/run/cases", (name, path)
    assert len({service["user"].split(":")[0] for service in OURS.values()}) == len(OURS)


def test_processes_of_containers_are_held_as_tight_as_units() -> None:
    for name in OURS.keys() - {"owner"}:
        service = SERVICES[name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["ulimits"] == {"core": 0}
    assert not re.search(r"'privileged': True|docker\.sock|SYS_ADMIN", str(COMPOSE))


def test_each_process_has_a_user_of_its_own_and_no_secret_of_another() -> None:
    units = {unit.stem: Unit.of(unit, GUARD) for unit in UNITS}

    long = {name: unit for name, unit in units.items() if unit.one("Type", "simple") != "oneshot"}
    assert len({unit.user for unit in long.values()}) == len(long)
    holders = {name for name, unit in units.items() if "auto-key" in unit.credentials}
    assert holders == {"survivor-portal-worker"}
    assert {name for name, unit in units.items() if "dkim-key" in unit.credentials} == holders
    assert units["survivor-portal-keys"].credentials == {}
    assert all(unit.user != "root" for unit in units.values())


def test_nothing_in_it_is_a_secret() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert not re.search(r"(?i)(password|secret|key)\s*[=:]\s*[\"']?[A-Za-z0-9+/_-]{12,}[\"']?\s*$",
                                 re.sub(r"[=:]\s*\"?/\S+", "", text), re.MULTILINE), path  # fmt: skip
            assert "PRIVATE KEY" not in text


def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for each in SYSTEMD.rglob("survivor-portal-*"):
        if each.is_file():
            text = each.read_text("utf-8")
            # The program is not where the units look for it, and the servers of Debian may not be there.
            text = re.sub(r"(?m)^(ExecStart(?:Pre)?=)\S+", r"\1/bin/true", text)
            text = re.sub(r"(?m)^(After|Before|Wants|Requires)=.*\n", "", text)
            (tmp_path / each.name).write_text(text)
    guard = tmp_path / GUARD.parent.name
    guard.mkdir()
    (guard / GUARD.name).write_text(GUARD.read_text("utf-8"))

    units = sorted(str(path) for path in tmp_path.iterdir() if path.is_file())
    found = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *units],
        capture_output=True, text=True, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip

    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_calls_each_unit_well_guarded(unit: Path, tmp_path: Path) -> None:
    merged = tmp_path / unit.name
    merged.write_text(unit.read_text("utf-8") + "\n" + GUARD.read_text("utf-8"))

    found = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", merged],
        capture_output=True, text=True,
    )  # fmt: skip

    assert found.returncode == 0, found.stdout[-300:]


@pytest.mark.parametrize(
    "text",
    ["a:\n\tb: 1\n", "a: yes\n", "a: 08:00\n", "a: &x b\n", "a: 1\na: 2\n", "a:\n   b: c\n", "a: 'b\n",
     "a: b # c\n", "a: [b\n", "- a\n", "a: b: c\n", "a:\n  - b\n   - c\n"],
)  # fmt: skip
def test_yaml_that_might_be_read_otherwise_is_not_read_at_all(text: str) -> None:
    with pytest.raises(NotOurs):
        compose_file.read(text)
