"""A broken directory stops Django's check; the report and the map of facts can be printed."""

from io import StringIO

import pytest
from django.core import checks
from django.core.management import CommandError, call_command

from survivor_portal import directory
from survivor_portal.web import checks as web_checks
from tests.directory_folder import RESOURCE, lay_out

HEADER = "file,record,part,place,reason\n"


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """The site's directory, broken on line 2 of one file."""
    lay_out(tmp_path, {"resources/example-line.toml": RESOURCE.replace('"AT"', "43")})
    monkeypatch.setattr(directory, "check", lambda: directory.load(tmp_path))


def run(*command, **options):
    out = StringIO()
    call_command(*command, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_the_system_check_finds_nothing_wrong_with_the_directory():
    assert checks.run_checks(tags=["directory"]) == []


def test_the_system_check_shows_file_line_and_reason_of_a_broken_record(broken):
    found = web_checks.the_directory_is_sound(None)

    assert [(one.id, one.msg) for one in found] == [
        ("directory.E001", "resources/example-line.toml:2: should be text, not a whole number")
    ]
    assert found[0].is_serious()


def test_the_check_command_fails_on_a_broken_record(broken):
    with pytest.raises(CommandError, match=r"resources/example-line\.toml:2: should be text"):
        run("check", tags=["directory"])


def test_the_report_prints_each_section_with_its_count():
    lines = run("directory_report", "--counts", "--on", "2026-11-22").splitlines()

    assert [row.split(":")[0] for row in lines] == [
        "problems",
        "reported as broken",
        "stale",
        "low confidence",
        "no address",
        "no channel",
        "no letter",
        "kept but never shown",
    ]
    assert lines[0] == "problems: 0"


def test_the_report_of_a_later_day_calls_every_helpline_stale():
    later = run("directory_report", "--on", "2028-01-01").splitlines()

    assert "  resources/cybertipline: last checked 2026-11-22" in later


def test_the_report_prints_the_problems_of_a_broken_directory(broken):
    assert run("directory_report").splitlines() == [
        "problems: 1",
        "  resources/example-line.toml:2: should be text, not a whole number",
    ]


def test_the_map_joins_its_parts_and_takes_every_place_that_exists(tmp_path):
    (tmp_path / "facts-map-platforms.csv").write_text(
        HEADER + "a.yaml,x,,platforms/x.toml,\na.yaml,x,0,platforms/x.toml#minor_sexual-1,\n"
    )
    (tmp_path / "facts-map-laws.csv").write_text(
        HEADER + "laws.yaml,us-tida,record,survivor_portal/directory/data/laws/us-tida/law.toml,\n"
    )
    (tmp_path / "facts-map-resources.csv").write_text(HEADER + 'r.yaml,gone,,,"twice, see other"\n')

    said = run("facts_map", docs=tmp_path)

    assert said == "4 rows, each with its place or its reason\n"
    assert (tmp_path / "facts-map.csv").read_text().splitlines()[-2:] == [
        "laws.yaml,us-tida,record,laws/us-tida/law.toml,",
        'r.yaml,gone,,,"twice, see other"',
    ]


@pytest.mark.parametrize(
    "row", ["a.yaml,x,,platforms/gone.toml,", "a.yaml,x,3,platforms/x.toml#y-1,", "a.yaml,x,,,"]
)
def test_the_map_refuses_a_row_that_leads_nowhere(tmp_path, row):
    (tmp_path / "facts-map.csv").write_text(f"{HEADER}{row}\n")

    with pytest.raises(CommandError, match="1 of 1 rows lead nowhere"):
        run("facts_map", docs=tmp_path)


def test_the_map_refuses_other_columns(tmp_path):
    (tmp_path / "facts-map.csv").write_text("file,place\n")

    with pytest.raises(CommandError, match="columns should be file,record,part,place,reason"):
        run("facts_map", docs=tmp_path)
