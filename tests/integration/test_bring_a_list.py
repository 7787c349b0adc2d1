"""A list is brought at the desk: looked through first, then made after the yes, and a file only there."""

from __future__ import annotations

import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, router
from django.test import Client
from django.urls import reverse

from survivor_portal.advocates.models import AtDesk
from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, book, grants, records, slot
from survivor_portal.cases.access import Owner
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Case, Grant
from survivor_portal.links import cut_image_data
from survivor_portal.takedowns import rekey
from survivor_portal.web.desk import lists as list_pages
from survivor_portal.web.desk.list_file import ListFile
from tests import desk
from tests.desk import ATeam
from tests.desk_pages import comes_in
from tests.visitor import Forms

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]

PATH = "/desk/lists/"
DAY = timedelta(days=1)


def table(count: int = 2, **change: str) -> str:
    now = datetime.now(UTC)
    row = {
        "link": "https://social.example/p/{n}", "age_then": "adult", "age_now": "adult", "agreed_by": "adult",
        "release_signed": (now - DAY).date().isoformat(),
        "release_until": (now + 99 * DAY).date().isoformat(),
        "release_on_file": "yes",
    } | change  # fmt: skip
    lines = [",".join(["case", *row])]
    lines += [",".join([f"Blue {n}", *(cell.format(n=n) for cell in row.values())]) for n in range(count)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def team() -> ATeam:
    return desk.a_team(["Ana Li", "Bo Ek"])


@pytest.fixture
def at_desk(client: Client, team: ATeam) -> Client:
    comes_in(client, team.people[0])
    return client


def form(response: Any, step: str) -> dict[str, str]:
    """What the form of this step would send by itself."""
    page = response.content.decode()
    found = next(one for one in Forms(page).forms if one.step == step)
    return {control.name: control.value for control in found.controls.values() if control.kind == "hidden"}


def errors(response: Any) -> str:
    page = response.content.decode()
    found = re.findall(r'(?s)<div class="sp-errors".*?</div>', page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", " ".join(found)))


def check(client: Client, text: str = "", file: bytes | None = None, name: str = "a.csv") -> Any:
    sent: dict[str, Any] = {**form(client.get(PATH), "cases_check"), "text": text}
    if file is not None:
        sent["file"] = SimpleUploadedFile(name, file)
    return client.post(PATH, sent)


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of both databases, but for the moment somebody was last seen."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        columns = [field.column for field in model._meta.concrete_fields]
        if model is AtDesk:
            columns.remove("seen_at")
        with connections[router.db_for_read(model)].cursor() as cursor:
            named = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f'SELECT {named} FROM "{model._meta.db_table}"')
            found[model._meta.db_table] = sorted(cursor.fetchall(), key=repr)
    return found


def brought() -> int:
    return Case.objects.filter(owner=Owner.team).count()


class TestManyCases:
    def test_a_list_that_is_looked_through_changes_nothing(self, at_desk: Client) -> None:
        at_desk.get(PATH)
        before = dump()

        good, bad = check(at_desk, table(3)), check(at_desk, table(3, release_on_file="no"))

        assert "This is what would be made" in good.content.decode()
        assert bad.status_code == 422
        assert dump() == before

    def test_after_the_yes_they_are_made_and_open_for_the_team(self, at_desk: Client, team: ATeam) -> None:
        sent = form(check(at_desk, file=table(40).encode()), "cases_make")
        # As long as a picture pasted as text, and not taken for one.
        assert cut_image_data(sent["carried"])[1]

        made = at_desk.post(PATH, {**sent, "sure": "on"})

        assert "40 cases were made" in made.content.decode()
        # What comes next is one press away: they have no request, so they stand in no queue.
        (onward,) = [one for one in Forms(made.content.decode()).forms if one.value("bare")]
        assert onward.action == reverse("desk:cases")
        assert brought() == 40
        grant = Grant.objects.all()[0]
        session = rekey.open_as(desk.at_desk(team.people[1]), grant.pk, datetime.now(UTC))
        (plan,) = records.read(session.case, "plan")
        assert len(plan.document["items"]) == 1
        assert plan.document["answers"]["asker"] == "advocate"
        # Nobody has a code for it yet, so no page waits for the person to open it again.
        at_desk.post(reverse("desk:open"), {"grant": grant.pk})
        board = at_desk.get(settings.CASE_PATH).content.decode()
        assert "This case is deleted after" in board
        assert "does not open it again" not in board

    def test_without_the_yes_to_all_nothing_is_made_and_the_list_is_not_lost(self, at_desk: Client) -> None:
        sent = form(check(at_desk, table(2)), "cases_make")

        asked = at_desk.post(PATH, sent)

        assert (asked.status_code, brought()) == (422, 0)
        again = at_desk.post(PATH, {**form(asked, "cases_make"), "sure": "on"})
        assert "2 cases were made" in again.content.decode()

    def test_sent_twice_each_case_is_there_once(self, at_desk: Client) -> None:
        sent = {**form(check(at_desk, table(2)), "cases_make"), "sure": "on"}
        at_desk.post(PATH, sent)

        again = at_desk.post(PATH, sent)

        assert "were made already" in again.content.decode()
        assert brought() == 2

    def test_each_fault_is_told_by_line_and_column_and_what_was_pasted_stays(self, at_desk: Client) -> None:
        text = table(1) + table(1, age_now="old").splitlines()[1].replace("Blue 0", "Blue 7") + "\n"

        answer = check(at_desk, text)

        assert "Line 3, column “age_now”" in errors(answer)
        assert "Blue 7" in answer.content.decode()
        assert answer.status_code == 422

    def test_columns_nobody_reads_are_named_and_not_carried_on(self, at_desk: Client) -> None:
        answer = check(at_desk, "\n".join(line + f",{n}" for n, line in enumerate(table(1).splitlines())))

        assert "not read and not kept: 0" in re.sub(r"\s+", " ", answer.content.decode())

    def test_a_list_of_another_desk_is_not_made(self, at_desk: Client, team: ATeam) -> None:
        sent = {**form(check(at_desk, table(2)), "cases_make"), "sure": "on"}
        other = Client()
        comes_in(other, team.people[1])

        for client, data in (
            (other, sent),
            (at_desk, {**sent, "carried": sent["carried"][:-8] + "AAAAAAA="}),
        ):
            answer = client.post(PATH, data)
            assert "We do not have this list any more" in errors(answer)
        assert brought() == 0

    def test_whoever_only_reads_brings_nothing(self, client: Client) -> None:
        team = desk.a_team(["Ana Li", "Cy Day"], roles=[Role.lead, Role.read_only])
        comes_in(client, team.people[1])

        page = client.get(PATH)
        sent = client.post(PATH, {"step": "cases_check", "team": team.id, "text": table(1)})

        assert "but not bring cases" in page.content.decode()
        assert sent.status_code == 422
        assert brought() == 0

    def test_another_teams_name_in_the_form_is_refused(self, at_desk: Client) -> None:
        other = desk.a_team(["Dee Fox"], name="Other", organisation="Another")

        answer = at_desk.post(PATH, {"step": "cases_check", "team": other.id, "text": table(1)})

        assert answer.status_code == 422
        assert "This is what would be made" not in answer.content.decode()

    def test_somebody_who_lost_their_seat_before_the_yes_makes_nothing(
        self, at_desk: Client, team: ATeam
    ) -> None:
        from survivor_portal.advocates.models import Membership

        sent = {**form(check(at_desk, table(2)), "cases_make"), "sure": "on"}
        Membership.objects.filter(person_id=team.people[0].id).delete()

        at_desk.post(PATH, sent)

        assert brought() == 0


class TestTheSameListAgain:
    """What is here already is named by line and left out, unless somebody says that it is to be made anew."""

    @pytest.fixture
    def two_here(self, at_desk: Client) -> Client:
        at_desk.post(PATH, {**form(check(at_desk, table(2)), "cases_make"), "sure": "on"})
        assert brought() == 2
        return at_desk

    @staticmethod
    def told(response: Any) -> list[str]:
        return re.findall(
            r"<li>(Line \d+: this case is here already \(.*?\)\.)</li>", response.content.decode()
        )

    def test_each_is_named_by_its_line_and_left_out(self, two_here: Client) -> None:
        before = dump()
        checked = check(two_here, table(3))
        assert dump() == before

        made = two_here.post(PATH, {**form(checked, "cases_make"), "sure": "on"}).content.decode()

        assert self.told(checked) == [
            "Line 2: this case is here already (Blue 0).", "Line 3: this case is here already (Blue 1).",
        ]  # fmt: skip
        assert "<dt>Cases</dt><dd>1</dd>" in checked.content.decode()
        assert "1 case was made" in made
        assert "2 cases were left out" in made
        assert brought() == 3

    def test_with_nothing_new_nothing_is_made(self, two_here: Client) -> None:
        sent = form(check(two_here, table(2)), "cases_make")

        made = two_here.post(PATH, {**sent, "known": "leave_out", "sure": "on"}).content.decode()

        assert "No case was made" in made
        assert brought() == 2

    def test_anew_is_chosen_and_the_choice_stays_where_the_yes_was_forgotten(self, two_here: Client) -> None:
        sent = {**form(check(two_here, table(2)), "cases_make"), "known": "anew"}

        asked = two_here.post(PATH, sent)
        made = two_here.post(PATH, {**sent, "sure": "on"}).content.decode()

        assert re.search(r'value="anew"[^>]*checked', asked.content.decode())
        assert len(self.told(asked)) == 2
        assert "2 cases were made" in made
        assert brought() == 4

    def test_where_nothing_is_here_it_is_not_asked(self, at_desk: Client) -> None:
        assert 'name="known"' not in check(at_desk, table(2)).content.decode()

    def test_a_colleague_who_brought_it_in_between_is_noticed_at_the_yes(
        self, at_desk: Client, team: ATeam
    ) -> None:
        sent = {**form(check(at_desk, table(2)), "cases_make"), "sure": "on"}
        colleague = Client()
        comes_in(colleague, team.people[1])
        colleague.post(PATH, {**form(check(colleague, table(2)), "cases_make"), "sure": "on"})

        made = at_desk.post(PATH, sent).content.decode()

        assert "2 cases were left out" in made
        assert brought() == 2

    def test_a_colleague_who_brings_it_in_the_same_moment_is_told_of_and_nothing_is_there_twice(
        self, at_desk: Client, team: ATeam, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = {**form(check(at_desk, table(2)), "cases_make"), "sure": "on"}
        colleague = Client()
        comes_in(colleague, team.people[1])
        theirs = {**form(check(colleague, table(2)), "cases_make"), "sure": "on"}
        looked = list_pages._names

        def then_the_colleague(*given: Any) -> frozenset[str]:
            found = looked(*given)
            monkeypatch.setattr(list_pages, "_names", looked)
            colleague.post(PATH, theirs)
            return found

        monkeypatch.setattr(list_pages, "_names", then_the_colleague)

        stopped = at_desk.post(PATH, sent)

        assert stopped.status_code == 409
        assert "A colleague added cases to this team in the same moment." in stopped.content.decode()
        assert len(self.told(stopped)) == 2
        assert brought() == 2
        made = at_desk.post(PATH, {**form(stopped, "cases_make"), "known": "leave_out", "sure": "on"})
        assert "2 cases were left out" in made.content.decode()
        assert brought() == 2

    def test_it_is_known_by_the_name_of_the_list_and_by_the_one_it_has_now(
        self, two_here: Client, team: ATeam
    ) -> None:
        now = datetime.now(UTC)
        grant = Grant.objects.order_by("pk")[0]
        session = rekey.open_as(desk.at_desk(team.people[0]), grant.pk, now)
        was = grants.releases(session.case)[0].label
        grants.set_label(session.case, grant.pk, "Green  5", now)
        text = table(1).replace("Blue 0", "GREEN 5") + table(1).splitlines()[1].replace(
            "Blue 0", f" {was.upper()}"
        )

        assert self.told(check(two_here, text)) == [
            "Line 2: this case is here already (GREEN 5).",
            f"Line 3: this case is here already ({was.upper()}).",
        ]

    def test_who_must_not_see_a_case_does_not_learn_that_it_is_there(
        self, client: Client, team: ATeam
    ) -> None:
        now = datetime.now(UTC)
        case = access.open_new(now).session.case
        desk.a_grant(case, team, now, label="Blue 0", not_for=(team.people[1],))
        told = []
        for person in team.people:
            here = Client()
            comes_in(here, person)
            told.append(self.told(check(here, table(1))))

        assert told == [["Line 2: this case is here already (Blue 0)."], []]

    def test_another_teams_cases_are_not_looked_among(self, two_here: Client) -> None:
        other = desk.a_team(["Dee Fox"], name="Other", organisation="Another")
        client = Client()
        comes_in(client, other.people[0])

        assert self.told(check(client, table(2))) == []

    def test_one_name_twice_in_one_list_is_a_fault_however_it_is_written(self, at_desk: Client) -> None:
        row = table(1).splitlines()[1]
        answer = check(at_desk, table(2) + row.replace("Blue 0", "\uff22lue   0") + "\n")

        assert "Line 4, column “case”" in errors(answer)


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "no plain text from line 1 on"),
            (b"case,link\nok,https://social.example/1\n\xff\xfe", "no plain text from line 3 on"),
            (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
            ("case,link\n".encode("utf-16"), "no plain text from line 1 on"),
            (b"", "nothing in this list"),
        ],
    )
    def test_what_is_no_list_is_refused_in_words(self, at_desk: Client, content: bytes, words: str) -> None:
        answer = check(at_desk, file=content)

        assert words in errors(answer)
        assert answer.status_code == 422
        assert b"PNG" not in answer.content

    def test_nothing_of_a_file_is_on_the_disk_or_among_the_files(
        self, at_desk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

        answer = check(at_desk, file=table(900).encode(), name="secret name.csv")

        request = answer.wsgi_request
        assert "This is what would be made" in answer.content.decode()
        assert list(tmp_path.iterdir()) == []
        assert dict(request.FILES) == {}
        assert "secret name" not in answer.content.decode()

    def test_reading_stops_at_the_first_byte_that_is_no_text(self) -> None:
        handler = ListFile()
        handler.new_file("file", "a.csv", "text/csv", 1)

        with pytest.raises(Exception) as stopped:
            handler.receive_data_chunk(b"text\x00", 0)

        assert type(stopped.value).__name__ == "StopUpload"
        assert handler.text is None

    @pytest.mark.parametrize("name", ["text", "picture"])
    def test_a_file_in_any_other_field_is_refused_before_a_byte_of_it(
        self, at_desk: Client, name: str
    ) -> None:
        answer = at_desk.post(
            PATH, {"step": "cases_check", name: SimpleUploadedFile("a.csv", b"case,link\n")}
        )

        assert answer.status_code == 400

    def test_two_files_are_refused(self, at_desk: Client) -> None:
        files = [SimpleUploadedFile("a.csv", b"case,link\n"), SimpleUploadedFile("b.csv", b"case,link\n")]

        answer = at_desk.post(PATH, {"step": "cases_check", "file": files})

        assert answer.status_code == 400

    def test_nobody_without_a_desk_gets_a_file_in(self, client: Client) -> None:
        answer = client.post(PATH, {"step": "cases_check", "file": SimpleUploadedFile("a.csv", b"case\n")})

        assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
        assert not vars(answer.wsgi_request).get("_files")

    def test_a_form_without_its_token_brings_nothing(self, team: ATeam) -> None:
        client = Client(enforce_csrf_checks=True)
        comes_in(client, team.people[0])

        answer = client.post(PATH, {"step": "cases_check", "team": team.id, "text": table(1)})

        assert answer.status_code == 403

    def test_every_other_address_of_the_desk_refuses_a_file(self, at_desk: Client) -> None:
        for path in (reverse("desk:list_columns"), reverse("desk:list_sample"), reverse("desk:team")):
            answer = at_desk.post(path, {"file": SimpleUploadedFile("a.csv", b"case,link\n")})
            assert answer.status_code in (400, 405), path
            assert not vars(answer.wsgi_request).get("_files")


class TestLinksForOneCase:
    @pytest.fixture
    def case(self, team: ATeam) -> Any:
        session = access.open_new(datetime.now(UTC)).session
        plan = {"answers": {"asker": "self", "age_then": "adult", "age_now": "adult"}, "passed": ["safety"]}
        records.add(session.case, "plan", plan, Note("plan_kept"), datetime.now(UTC))
        return session.case

    def opens(self, client: Client, team: ATeam, case: Any, *scopes: Scope) -> None:
        """Ana opens the granted case from her desk."""
        now = datetime.now(UTC)
        release = desk.a_grant(case, team, now, scopes=scopes or (Scope.read, Scope.act))
        session = rekey.open_as(comes_in(client, team.people[0]), release.grant_id, now)
        client.cookies[settings.CASE_COOKIE] = session.token.hex()

    def check(self, client: Client, text: str) -> Any:
        return client.post(PATH, {**form(client.get(PATH), "links_check"), "text": text})

    def test_links_go_into_the_plan_of_the_open_case_after_the_yes(
        self, client: Client, team: ATeam, case: Any
    ) -> None:
        self.opens(client, team, case)
        many = [f"https://social.example/{n * n}" for n in range(1, 200)]
        checked = self.check(client, "link,place\n" + ",\n".join(many) + ",\n,An app; @name\n")
        assert cut_image_data(form(checked, "links_add")["carried"])[1]
        (plan,) = records.read(case, "plan")
        assert "items" not in plan.document

        client.post(PATH, form(checked, "links_add"))
        again = client.post(PATH, form(checked, "links_add"))

        (plan,) = records.read(case, "plan")
        assert [item.get("url", "") for item in plan.document["items"]] == [*many, ""]
        assert "0 places were added" in again.content.decode()
        changed = [entry.note for entry in book.timeline(case) if entry.note.kind == "plan_changed"]
        assert len(changed) == 1
        assert "Ana Li" in changed[0].by

    def test_a_fault_is_told_and_nothing_is_added(self, client: Client, team: ATeam, case: Any) -> None:
        self.opens(client, team, case)

        answer = self.check(client, "Link\nhttps://social.example/1\nhere\n")

        assert "Line 3, column “Link”" in errors(answer)
        assert "items" not in records.read(case, "plan")[0].document

    def test_links_for_another_case_than_the_open_one_are_not_added(
        self, client: Client, team: ATeam, case: Any
    ) -> None:
        self.opens(client, team, case)
        page = form(client.get(PATH), "links_check")
        sent = form(self.check(client, "https://social.example/1"), "links_add")
        other = access.open_new(datetime.now(UTC)).session.case
        records.add(other, "plan", {"answers": {}, "passed": []}, Note("plan_kept"), datetime.now(UTC))
        self.opens(client, team, other)

        checked = client.post(PATH, {**page, "text": "https://social.example/2"})
        added = client.post(PATH, sent)

        assert "Another case is open now" in errors(checked)
        assert "social.example/2" in checked.content.decode()
        assert checked.content.decode().count('id="question"') == 1
        assert added.status_code == 422
        for one in (case, other):
            assert "items" not in records.read(one, "plan")[0].document

    def test_whoever_may_only_read_the_case_adds_nothing(
        self, client: Client, team: ATeam, case: Any
    ) -> None:
        self.opens(client, team, case, Scope.read)
        sent = {
            "step": "links_check",
            "handle": slot.handle(case.id, datetime.now(UTC)),
            "text": "x.com/a/status/1",
        }

        page, answer = client.get(PATH), client.post(PATH, sent)

        assert "links_check" not in page.content.decode()
        assert answer.status_code == 422
        assert "items" not in records.read(case, "plan")[0].document


def test_the_samples_are_lists_without_a_fault(at_desk: Client) -> None:
    sample = at_desk.get(reverse("desk:list_sample"))
    links = at_desk.get(reverse("desk:list_links_sample"))

    assert "2" in check(at_desk, sample.content.decode()).content.decode()
    assert "This is what would be made" in check(at_desk, sample.content.decode()).content.decode()
    assert (
        sample["Content-Disposition"] == links["Content-Disposition"] == 'attachment; filename="sample.csv"'
    )
    assert set(re.findall(r"https://[^/\s,]+", sample.content.decode() + links.content.decode())) == {
        "https://social.example", "https://video.example",
    }  # fmt: skip


def test_every_column_has_words_and_stands_in_the_documentation(at_desk: Client) -> None:
    from survivor_portal.lists import CASE_COLUMNS, Wrong
    from survivor_portal.web.desk import list_words

    documented = re.findall(r"^\| `(\w+)`", Path("docs/bring-a-list.md").read_text("utf-8"), re.M)
    page = at_desk.get(reverse("desk:list_columns")).content.decode()

    assert documented == [column.name for column in CASE_COLUMNS]
    assert all(f"<code>{name}</code>" in page for name in documented)
    assert list_words.WRONG.keys() == set(Wrong)
    for column in CASE_COLUMNS:
        line = next(
            one
            for one in Path("docs/bring-a-list.md").read_text().splitlines()
            if one.startswith(f"| `{column.name}`")
        )
        assert all(
            f"`{choice}`" in line or choice == "not_sure"
            for choice in column.choices
            if "age" not in column.name
        )
