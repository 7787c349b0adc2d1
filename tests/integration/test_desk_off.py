"""Where there are no desks none of their addresses is there, even for somebody who came in before."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.desk import a_team
from tests.desk_pages import comes_in
from tests.pages import desk_addresses

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_with_the_desk_off_every_address_of_it_is_404(client: Client, settings: Settings) -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    comes_in(client, team.people[0])
    parts = {"team": team.id, "person": team.people[1].id, "token": "x", "key": "x"}
    there = desk_addresses(parts)
    assert len(there) > 30
    assert client.get("/desk/team/", follow=True).status_code == 200

    settings.DESK_OPEN = False

    said = {path: {client.get(path).status_code, client.post(path).status_code} for path in there}
    # A door that takes forms only refuses the others before it looks.
    assert {path: codes for path, codes in said.items() if not codes <= {404, 405}} == {}
    assert [path for path, codes in said.items() if codes == {405}] == []
    assert {Client().get(path).status_code for path in there[:5]} <= {404, 405}
