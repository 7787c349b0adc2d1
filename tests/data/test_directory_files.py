"""Every file of the directory keeps every rule; each file is a test of its own, so that its name is seen."""

import json
from collections import Counter

import jsonschema
import pytest

from survivor_portal import directory
from survivor_portal.directory import _checks, _load
from survivor_portal.web.management.commands import facts_map

FILES = {_load.file_of(cls, key): (cls, key) for cls, key, _ in _load.files()}


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_the_directory_keeps_every_rule(file):
    cls, key = FILES[file]
    read = directory.load()
    record = {
        directory.Platform: read.platforms,
        directory.Law: read.laws,
        directory.Resource: read.resources,
    }[cls][key]

    assert _checks.check_record(record, read) == ()


def test_the_directory_holds_what_was_found_out():
    read = directory.load()

    assert len(read.platforms) >= 322
    assert sum(len(platform.channels) for platform in read.platforms.values()) >= 900
    assert len(read.laws) >= 48
    assert len(read.resources) >= 288


def test_no_fact_was_dropped_silently():
    rows = facts_map.rows_of(facts_map.DOCS / "facts-map.csv")
    found = Counter(row["file"].partition("_")[0].removesuffix(".yaml") for row in rows)

    assert list(facts_map.missing(rows)) == []
    # what was found out at the start: 322 platforms with 900 channels, 48 laws, 288 resources
    assert found["platforms"] >= 322 + 900
    assert found["laws"] >= 48
    assert found["resources"] >= 288


def test_nothing_lies_in_the_data_folder_unread():
    data = directory.DATA
    read = {file for _, _, file in _load.files()}

    strays = {file.relative_to(data).as_posix() for file in data.rglob("*.toml")} - {
        file.relative_to(data).as_posix() for file in read
    }

    assert strays == set()


def test_the_open_data_fits_its_schema():
    document = json.loads(json.dumps(directory.open_data()))
    schema = directory.open_data_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    wrong = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]

    assert wrong == []
    assert len(document["platforms"]) == len(directory.platforms())


def test_the_open_data_names_no_host_of_a_site_made_for_such_pictures():
    written = json.dumps(directory.open_data(), ensure_ascii=False).casefold()
    hosts = [host for one in directory.platforms() if not one.publish_hosts for host in one.domains]

    assert len(hosts) >= 3
    assert [host for host in hosts if host in written] == []
