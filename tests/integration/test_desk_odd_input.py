"""Text that PostgreSQL takes nowhere, sent to every address of the desk in place of each name: no fault."""

import pytest
from django.test import Client

from tests.desk import a_team
from tests.desk_pages import comes_in, typed_again
from tests.pages import desk_addresses

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
# Fields that name a row or a place in a list.
NAMES = (
    "after", "before", "case", "code", "cursor", "filter", "grant", "id", "key", "list", "next", "offer",
    "person", "plan", "release", "request", "saved", "seen", "takedown", "team", "ticket", "to", "which",
)  # fmt: skip


def test_what_no_database_takes_is_answered_at_every_address(client: Client) -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    client.raise_request_exception = False
    said = {}
    for path in desk_addresses({"team": team.id, "person": "%00", "token": "%00", "key": "%00"}):
        comes_in(client, team.people[0])
        typed_again(client)
        said[path] = client.post(path, dict.fromkeys(NAMES, "\x00")).status_code
    assert {path: code for path, code in said.items() if code >= 500} == {}
    assert len(said) > 30
