"""The forms with which somebody at a desk brings a list, and says yes to what comes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates.opened import Session
from survivor_portal.lists import MOST_BYTES, NotText
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.list_file import FIELD, ListFile
from survivor_portal.web.forms import TOO_LONG, one_of

NOTHING = _("Choose a file, or paste the list into the box.")
BOTH = _("Choose a file or paste the list, not both. We read only one of them.")
TOO_LARGE = _("This file is larger than 2 MB. Bring it in parts.")
CHOOSE_TEAM = _("Choose a team.")


class WithList(DeskForm):
    """A list, as a file or pasted. `upload`: what came as a file. The file stands last in the form."""

    text = forms.CharField(
        label=_("Paste it here"),
        widget=forms.Textarea({"rows": 8, "wrap": "off"}),
        required=False,
        strip=False,
    )
    file = forms.FileField(
        label=_("Or choose a file from this device"),
        required=False,
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
        help_text=_("A table saved as CSV, in UTF-8, up to 2 MB. Nothing is made yet."),
    )
    field_order = ("team", "text", "file")
    # The page has two of these forms; the one that was sent is the page's own.
    form_id = "question"

    def __init__(self, data: Any = None, *args: Any, upload: ListFile | None = None, **more: Any) -> None:
        self.upload = upload or ListFile()
        super().__init__(data, *args, **more)

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_id = self.form_id
        helper.attrs |= {"enctype": "multipart/form-data", "autocomplete": "off"}
        return helper

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise forms.ValidationError(TOO_LONG)
        return text

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        refused, pasted = self.upload.refused, self.cleaned_data.get("text", "").strip()
        if isinstance(refused, NotText):
            words = gettext(
                "This is no plain text from line %(line)s on. In your table program, save it as “CSV UTF-8”."
            )
            self.add_error(FIELD, words % {"line": refused.line})
        elif refused is not None:
            self.add_error(FIELD, TOO_LARGE)
        elif self.upload.text is not None and pasted:
            self.add_error("text", BOTH)
        elif self.upload.text is None and not pasted and "text" not in self.errors:
            self.add_error("text", NOTHING)
        return cleaned

    @property
    def list_text(self) -> str:
        """The list itself, once the form holds."""
        return self.upload.text if self.upload.text is not None else str(self.cleaned_data["text"])


class ManyCases(WithList):
    """A list of cases, for one of the person's teams."""

    step: ClassVar[str] = "cases_check"
    button = _("Check this list")
    team = one_of(_("For which team?"), [], required=True, error_messages={"required": CHOOSE_TEAM})

    def __init__(self, *args: Any, session: Session, **more: Any) -> None:
        self.mine = {seat.team.id: seat for seat in session.working_seats}
        super().__init__(*args, **more)
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (seat.team.id, f"{seat.team.name}, {seat.team.organisation}") for seat in self.mine.values()
        ]
        if len(self.mine) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(self.mine))


class MoreLinks(WithList):
    """Links for the case that is open. `handle`: of the case the form was made for."""

    step: ClassVar[str] = "links_check"
    button = _("Check these links")
    handle = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    field_order = ("handle", "text", "file")


class Yes(DeskForm):
    """The yes to a list that was checked. `carried`: the list, sealed."""

    sealed = frozenset({"carried"})
    carried = forms.CharField(widget=forms.HiddenInput, strip=False)


class Known(StrEnum):
    """What becomes of cases of a list that the team has already."""

    LEAVE_OUT = "leave_out"
    ANEW = "anew"


class MakeCases(Yes):
    """The yes to many cases: one confirmation for all of them, beside that in each line.

    `asks`: is one of them here already, so that it is asked what becomes of it? Unanswered it is left out.
    """

    step: ClassVar[str] = "cases_make"
    button = _("Make these cases")
    known = one_of(
        _("What about the cases that are here already?"),
        [
            (Known.LEAVE_OUT, _("Leave them out")),
            (Known.ANEW, _("Make them anew. Each of them is then there twice.")),
        ],
        initial=Known.LEAVE_OUT,
    )
    sure = forms.BooleanField(
        label=_("Yes. For each of these cases we hold a dated and signed release. I checked the list."),
        error_messages={"required": _("Tick this if you hold a release for each of them.")},
    )

    def __init__(self, *args: Any, asks: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        if not asks:
            del self.fields["known"]


class AddLinks(Yes):
    """The yes to more links in one case."""

    step: ClassVar[str] = "links_add"
    button = _("Add them to this case")
