"""What everybody may read: no cookie, no query, true words, help by country even with the database down."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import jsonschema
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone

from survivor_portal import directory
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.visits import limits
from survivor_portal.web.desk import tries
from tests.integration.test_words import trouble

NOTICES = ["/about/", "/privacy/", "/privacy-for-children/", "/accessibility/", "/operator/"]
PAGES = ["/", "/helplines/", *NOTICES]
FILES = ["/.well-known/security.txt", "/robots.txt", "/directory.json", "/directory.schema.json"]
TALK, DOWN, THREATS = "1", "2", "5"


def main(html: str) -> str:
    """The words of the page itself, without tags."""
    inner = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", inner).split())


def shown(client: Client, **choice: str) -> str:
    return client.post("/helplines/", choice).content.decode()


def names(html: str) -> list[str]:
    """The services on the helplines page, in order."""
    return [re.sub(r"&#x27;", "'", name) for name in re.findall(r"<h3>(.*?)</h3>", html)]


@pytest.fixture
def database_down() -> Iterator[mock.Mock]:
    """Every way to the database fails."""
    with mock.patch(
        "django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection",
        side_effect=OperationalError("down"),
    ) as asked:
        yield asked


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_it_opens_with_no_cookie_and_no_query(
    client: Client, path: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        response = client.get(path)

    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.django_db
def test_a_visitor_who_has_a_cookie_already_costs_these_pages_no_query_either(
    client: Client, django_assert_num_queries: Any
) -> None:
    client.cookies[settings.VISIT_COOKIE] = "ab" * 32

    with django_assert_num_queries(0):
        answers = [client.get(path) for path in PAGES]

    assert {answer.status_code for answer in answers} == {200}


def test_choosing_a_helpline_sets_no_cookie_and_asks_the_database_nothing(
    client: Client, database_down: mock.Mock
) -> None:
    response = client.post("/helplines/", {"country": "US", "need": TALK, "age": "1", "who": "1"})

    assert response.status_code == 200
    assert not response.cookies
    assert "988 Suicide" in response.content.decode()
    database_down.assert_not_called()


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/next/", 200), ("/exit/", 303), ("/helplines/", 200), ("/none/", 404)]
)
def test_it_answers_while_the_database_is_down(
    client: Client, database_down: mock.Mock, path: str, status: int
) -> None:
    assert client.get(path).status_code == status


def test_leaving_works_while_the_database_is_down_and_takes_the_cookies_back(
    client: Client, database_down: mock.Mock
) -> None:
    client.cookies[settings.VISIT_COOKIE] = "ab" * 32

    response = client.get("/exit/")

    assert response.status_code == 303
    assert response.cookies[settings.VISIT_COOKIE].value == ""
    database_down.assert_called()


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_the_title_says_nothing(client: Client, path: str) -> None:
    html = client.get(path).content.decode()

    assert re.findall(r"<title>(.*?)</title>", html) == [settings.SITE_NAME]


@pytest.mark.django_db
def test_home_leads_on_by_a_plain_link_and_to_both_doors_for_helpers(client: Client) -> None:
    html = client.get("/").content.decode()

    assert "<form" not in html
    assert '<a class="sp-button" href="/next/">' in html
    assert {"/helplines/", "/about/"} <= set(re.findall(r'<h3><a href="([^"]+)"', html))
    assert "Never download, copy or send the picture to show us." in html


@pytest.mark.django_db
def test_without_a_choice_the_helplines_page_has_services_for_every_country(client: Client) -> None:
    html = client.get("/helplines/").content.decode()

    everywhere = {one.name for one in directory.resources_for("") if one.kind == "directory"}
    assert {"INHOPE: find your country's hotline"} <= set(names(html)) & everywhere
    assert html.count("<option") > 249
    assert "https://findahelpline.com/" in html[html.index("<main") :]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "number", "first"),
    [
        ("US", "911", "988 Suicide &amp; Crisis Lifeline"),
        ("GB", "999", "Samaritans"),
        ("DE", "112", "TelefonSeelsorge"),
        ("BR", "190", "CVV"),
        ("AU", "000", "Lifeline"),
    ],
)
def test_a_country_has_its_emergency_number_on_top_and_a_line_to_talk_to_first(
    client: Client, country: str, number: str, first: str
) -> None:
    html = shown(client, country=country)
    found = html[html.index('id="found"') :]

    assert f'href="tel:{number}"' in found[: found.index("<h2")]
    assert names(html)[0].startswith(first)


@pytest.mark.django_db
def test_the_last_line_leads_to_lines_of_that_country(client: Client) -> None:
    html = shown(client, country="TD")
    last = re.findall(r'href="(https://[^"]+)"', html[: html.index("</main>")])[-1]

    assert last == "https://findahelpline.com/countries/td"
    assert "We know of no helpline in Chad" in html


@pytest.mark.django_db
def test_the_choice_is_kept_on_the_page_and_nowhere_else(client: Client) -> None:
    html = shown(client, country="FR", need=THREATS, age="3", who="3")

    assert re.findall(r'<option value="([^"]*)" selected>', html) == ["FR", THREATS, "3", "3"]
    assert re.findall(r'<form[^>]*action="([^"]*)"', html[html.index("<main") :]) == ["/helplines/#found"]


@pytest.mark.django_db
def test_need_age_and_person_choose(client: Client) -> None:
    young = names(shown(client, country="US", need=DOWN, age="1", who="1"))
    not_sure = names(shown(client, country="US", need=DOWN, age="3", who="1"))
    grown = names(shown(client, country="US", need=DOWN, age="2", who="2"))

    assert young == not_sure
    assert "Take It Down (NCMEC)" in young
    assert "StopNCII.org" not in young
    assert "StopNCII.org" in grown
    assert "Take It Down (NCMEC)" not in grown


@pytest.mark.django_db
@pytest.mark.parametrize(
    "choice", [{}, {"need": DOWN}, {"need": DOWN, "age": "1"}, {"need": DOWN, "age": "2"}]
)
def test_the_two_things_of_one_name_are_told_apart(client: Client, choice: dict[str, str]) -> None:
    html = shown(client, country="US", **choice)

    assert "FTC complaint under the TAKE IT DOWN Act" in names(html)
    assert "Two things share one name." in main(html)
    assert "makes a fingerprint of a picture of someone under 18" in main(html)
    assert "Complaints under it go to the FTC." in main(html)


@pytest.mark.django_db
def test_only_listed_services_and_confirmed_numbers_are_shown(client: Client) -> None:
    for country in sorted({one.country for one in directory.resources()} - {"INT", "EU"}):
        html = shown(client, country=country)
        listed = {one.name for one in directory.resources_for(country)}
        hidden = [one.name for one in directory.resources() if not one.list_by_default]

        assert [name for name in hidden if f"<h3>{name}</h3>" in html and name not in listed] == []
        confirmed = {one.phone for one in directory.resources_for(country)}
        for record in directory.resources():
            if record.country == country and "phone" in record.unverified and record.phone not in confirmed:
                assert not record.phone or f">{record.phone}<" not in html, record.key


@pytest.mark.django_db
def test_a_service_that_may_be_wrong_for_a_child_waits_until_somebody_says_who_they_are(
    client: Client,
) -> None:
    careful = {directory.resource(key).name for key in ("hsi-know2protect", "stop-it-now")}
    found = {who: careful & set(names(shown(client, country="US", who=who))) for who in ("", "1", "2", "3")}

    assert found[""] == found["1"] == set()
    assert len(found["2"]) == 1
    assert found["3"] == careful


@pytest.mark.django_db
def test_a_service_says_what_it_does_not_do_when_it_is_open_and_when_it_was_checked(client: Client) -> None:
    record = directory.resource("lifeline-988")
    page = main(shown(client, country="US", need=TALK))

    for words in (
        record.does,
        record.does_not,
        record.hours,
        "You do not have to say it.",
        "English, Spanish",
    ):
        assert words in page
    assert f"{record.checked_on:%-d %B %Y}" in page
    assert "It may have changed since." not in page


@pytest.mark.django_db
def test_an_old_fact_says_that_it_may_have_changed(client: Client) -> None:
    later = timezone.now() + timedelta(days=200)

    with mock.patch("django.utils.timezone.now", return_value=later):
        page = main(shown(client, country="US", need=TALK))

    assert "It may have changed since." in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent",
    [
        {"country": "ZZ", "need": "9", "age": "x", "who": "\0"},
        {"country": "<script>", "need": ["1", "2"]},
        {"country": "US" * 5000},
        {"other": "x"},
    ],
)
def test_what_the_page_does_not_offer_is_not_chosen_and_not_repeated(
    client: Client, sent: dict[str, Any]
) -> None:
    response = client.post("/helplines/", sent)

    assert response.status_code == 200
    assert not re.search(r'value="[A-Z]+" selected', response.content.decode())
    assert b"<script>" not in response.content


@pytest.mark.django_db
def test_another_site_cannot_send_the_choice(client: Client) -> None:
    response = client.post("/helplines/", {"country": "US"}, headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_other_methods_are_refused(client: Client, path: str) -> None:
    assert client.put(path).status_code == 405
    assert client.post(path).status_code == (200 if path == "/helplines/" else 405)


@pytest.mark.django_db
def test_the_privacy_notices_name_the_real_times_and_cookies(client: Client) -> None:
    long, short = (
        main(client.get(path).content.decode()) for path in ("/privacy/", "/privacy-for-children/")
    )

    for limit in (limits.ORDINARY, limits.WATCHED):
        minutes = int(limit.idle.total_seconds() // 60)
        assert f"{minutes} minutes" in long
        assert f"{minutes} minutes" in short
        assert f"{int(limit.in_all.total_seconds() // 3600)} hours" in long
    assert settings.VISIT_COOKIE in long
    assert settings.CSRF_COOKIE_NAME in long
    for name in (settings.SESSION_COOKIE_NAME, settings.DESK_COOKIE, settings.DEVICE_COOKIE):
        assert name in long
    assert f"{tries.KNOWN_FOR.days} days" in long


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/about/", "/privacy/"])
def test_the_notices_say_that_the_server_can_read_what_is_typed(client: Client, path: str) -> None:
    page = main(client.get(path).content.decode())

    assert "our server can read what you type" in page
    assert "Only your browser holds the key." in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/operator/", "/privacy/", "/accessibility/"])
def test_the_operator_is_named_where_people_look_for_them(client: Client, path: str) -> None:
    html = client.get(path).content.decode()

    assert settings.OPERATOR_NAME in html
    assert f'href="mailto:{settings.OPERATOR_CONTACT}"' in html
    assert "United States" in main(html)


@pytest.mark.django_db
def test_a_copy_that_nobody_runs_says_so(client: Client) -> None:
    with override_settings(OPERATOR_NAME="", OPERATOR_CONTACT="", SECURITY_CONTACT=""):
        page = main(client.get("/operator/").content.decode())
        security = client.get("/.well-known/security.txt")

    assert "This copy is run for development; nobody answers here." in page
    assert security.status_code == 404


@pytest.mark.django_db
def test_security_txt_has_what_the_standard_asks_for(client: Client) -> None:
    response = client.get("/.well-known/security.txt", secure=True)
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == settings.SECURITY_CONTACT
    assert fields["Canonical"] == "https://testserver/.well-known/security.txt"
    left = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - timezone.now()
    assert timedelta(days=30) < left < timedelta(days=365)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "line"),
    [("help@site.example", "mailto:help@site.example"), ("https://site.example/", "https://site.example/")],
)
def test_security_txt_falls_back_on_the_operator(client: Client, contact: str, line: str) -> None:
    with override_settings(SECURITY_CONTACT="", OPERATOR_CONTACT=contact):
        text = client.get("/.well-known/security.txt").content.decode()

    assert f"Contact: {line}\n" in text


@pytest.mark.django_db
def test_the_open_data_fits_its_schema_and_travels_packed(client: Client) -> None:
    plain = client.get("/directory.json")
    packed = client.get("/directory.json", headers={"accept-encoding": "br, gzip"})
    schema = client.get("/directory.schema.json").json()

    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert plain["Content-Type"] == "application/json"
    assert "Content-Encoding" not in plain
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(plain.json()))
    assert errors == []


@pytest.mark.django_db
@pytest.mark.parametrize("accepts", ["", "identity", "gzip;q=0", "gzip; q=0.0, identity", "deflate"])
def test_nobody_gets_packed_data_who_did_not_ask_for_it(client: Client, accepts: str) -> None:
    response = client.get("/directory.schema.json", headers={"accept-encoding": accepts})

    assert "Content-Encoding" not in response
    assert response.json()["title"]


@pytest.mark.django_db
def test_open_data_that_is_there_already_is_not_sent_again(client: Client) -> None:
    first = client.get("/directory.json")

    again = client.get("/directory.json", headers={"if-none-match": f'"x", W/{first["ETag"]}'})
    packed = client.get(
        "/directory.json", headers={"if-none-match": first["ETag"], "accept-encoding": "gzip"}
    )

    assert (again.status_code, again.content) == (304, b"")
    assert packed.status_code == 200
    assert packed["ETag"] != first["ETag"]


@pytest.mark.django_db
def test_search_engines_may_list_the_first_page_only(client: Client) -> None:
    assert client.get("/robots.txt").content.decode().splitlines() == [
        "User-agent: *",
        "Allow: /$",
        "Disallow: /",
    ]
    assert "X-Robots-Tag" not in client.get("/")
    assert client.get("/helplines/")["X-Robots-Tag"] == "noindex"


def test_the_privacy_notice_tells_of_mail_where_it_is_on(client: Client) -> None:
    off = client.get("/privacy/").content.decode()
    with override_settings(MAIL_OUT=MailOut("127.0.0.1", 25), MAIL_IN=MailIn("smtp", "127.0.0.1", 2525)):
        on = client.get("/privacy/").content.decode()

    for part in (
        "Answers then come to an address",
        "throws files away unread",
        "The mail servers on the way",
    ):
        assert part in on
        assert part not in off
    assert trouble(on) == []
