"""The operator's command: an organisation and the link of its first lead, and nothing that opens a case."""

import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from survivor_portal.advocates import organisations, people, second_factor, tickets
from survivor_portal.advocates.models import Membership, Organisation, Team, Ticket, TicketKind
from survivor_portal.advocates.who import Role
from tests.desk import PASSWORD, a_team

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NEW = {"country": "US", "team": "Night team", "lead": "Ana.Li@work.example"}


def said(*names: str, **options: Any) -> str:
    out = StringIO()
    call_command("organisation", *names, stdout=out, **options)
    return out.getvalue()


def token_in(text: str) -> str:
    found = re.search(r"/desk/link/([\w-]{43})/", text)
    assert found is not None
    return found[1]


def test_it_prints_the_public_code_and_the_link_of_the_first_lead() -> None:
    text = said("Helpline North", **NEW)

    assert "Put the address of this site in front of it" in text
    code = re.search(r"code: ([0-9A-Z]{4}-[0-9A-Z]{4})", text)
    assert code is not None
    assert organisations.found(code[1]).name == "Helpline North"
    now = datetime.now(UTC)
    asked = tickets.look(token_in(text), now)
    assert (asked.email, asked.role, asked.team) == ("ana.li@work.example", Role.lead, "Night team")
    tickets.join(token_in(text), "Ana Li", PASSWORD, now)
    assert Membership.objects.get().sealed


def test_the_link_is_whole_where_the_site_has_a_name(settings) -> None:
    assert "\n/desk/link/" in said("First", **NEW)
    settings.ALLOWED_HOSTS = ["localhost", ".sub.example", "help.example", "127.0.0.1"]
    assert "https://help.example/desk/link/" in said("Second", **NEW)
    settings.NOTES_SITE = "https://notes.example"
    assert "https://notes.example/desk/link/" in said("Third", **NEW)


def test_it_lists_names_codes_and_counts_and_no_person() -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    text = said(list=True)
    assert "Example Helpline (US)" in text
    assert "Helpline North: 2 people" in text
    assert team.organisation_code in text.replace("-", "")
    assert "Ana" not in text


def test_another_link_as_long_as_nobody_is_in_the_team() -> None:
    first = said("Helpline North", **NEW)
    code = Organisation.objects.get().code
    second = said(again=code.lower(), team="Night team", lead="bo@work.example")
    now = datetime.now(UTC)
    with pytest.raises(tickets.NoTicket):
        tickets.look(token_in(first), now)
    tickets.join(token_in(second), "Bo Ek", PASSWORD, now)
    with pytest.raises(CommandError, match="in this team already"):
        said(again=code, team="Night team", lead="cy@work.example")


def test_a_link_for_a_lone_lead_lets_them_wait_and_no_more() -> None:
    team = a_team(("Ana Li",))
    text = said(reset="ana.li@work.example", second_step=True)
    assert Ticket.objects.get().kind == TicketKind.anew
    tickets.set_password(token_in(text), "a wide brown river under morning fog", datetime.now(UTC))
    assert not Membership.objects.get(team_id=team.id).sealed
    with pytest.raises(people.WrongPassword):
        people.known("ana.li@work.example", PASSWORD)


@pytest.mark.parametrize(
    ("names", "options", "why"),
    [
        ([], {}, "Say a name"),
        (["Helpline"], {"team": "Night"}, "Say a name"),
        (["Helpline"], NEW | {"country": "usa"}, "two capital letters"),
        (["Helpline"], NEW | {"lead": "nobody"}, "work address"),
        (["x" * 121], NEW, "one line"),
        (["Example Helpline"], NEW, "of this name"),
        ([], {"again": "WRONG", "team": "Night", "lead": "a@work.example"}, "no code"),
        ([], {"reset": "nobody@work.example"}, "Nobody has an account"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(
    names: list[str], options: dict[str, Any], why: str
) -> None:
    a_team(("Ana Li",))
    with pytest.raises(CommandError, match=why):
        said(*names, **options)
    assert (Organisation.objects.count(), Team.objects.count(), Ticket.objects.count()) == (1, 1, 0)


def test_after_a_new_secret_key_second_steps_go_under_it_and_open_without_the_old_one(settings) -> None:
    old, new = settings.SECRET_KEY, "another secret key of this site, fifty signs or longer, say sixty"
    ana = a_team(("Ana Li",)).people[0]
    for kind, name in (("totp", "secret"), ("recovery_codes", "seed")):
        data = {name: second_factor.encrypt(name), "used_mask": 5}
        Authenticator.objects.create(user_id=ana.id, type=kind, data=data)
    Authenticator.objects.create(user_id=ana.id, type="webauthn", data={"name": "a key"})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]

    assert "2 second steps" in said(new_secret_key=True)
    assert "0 second steps" in said(new_secret_key=True)

    settings.SECRET_KEY_FALLBACKS = []
    rows = {row.type: row.data for row in Authenticator.objects.all()}
    assert second_factor.decrypt(rows["totp"]["secret"]) == "secret"
    assert second_factor.decrypt(rows["recovery_codes"]["seed"]) == "seed"
    assert rows["recovery_codes"]["used_mask"] == 5
    settings.SECRET_KEY = old
    with pytest.raises(CommandError, match="2 are under a key that is not in the file"):
        said(new_secret_key=True)


def test_where_there_are_no_desks_none_is_made(settings) -> None:
    settings.DESK_OPEN = False
    with pytest.raises(CommandError, match="no desks here"):
        said("Helpline North", **NEW)
    assert not Organisation.objects.exists()


def test_it_says_whose_clock_the_people_of_an_organisation_see() -> None:
    said("Helpline North", **NEW, zone="Europe/Berlin")
    row = Organisation.objects.get()
    assert row.zone == "Europe/Berlin"
    assert "Helpline North (US, Europe/Berlin)" in said(list=True)
    said(of=row.code.lower(), zone="Asia/Kathmandu")
    assert Organisation.objects.get().zone == "Asia/Kathmandu"

    for wrong in ({"of": row.code, "zone": "Europe/Atlantis"}, {"of": "XXXX-XXXX", "zone": "Europe/Berlin"}):
        with pytest.raises(CommandError):
            said(**wrong)
    with pytest.raises(CommandError, match="Europe/Berlin or America/New_York"):
        said("Clinic", **NEW, zone="Berlin")
    assert Organisation.objects.get().zone == "Asia/Kathmandu"
