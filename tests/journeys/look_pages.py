"""A page with every part of the look on it, and a flow of two questions, for the tests of the look."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path

from survivor_portal.web.forms import Question, any_of, one_of
from survivor_portal.web.safety import exit as leaving

CLOSES_IN = {"seconds": 3600}  # a test may shorten it


class Age(Question):
    step = "age"
    h1_field = "then"
    skip = "Skip this question"
    then = one_of(
        "How old is the person?",
        [("13_15", "13 to 15"), ("adult", "18 or older"), ("not_sure", "Not sure")],
        hints={"not_sure": "That is fine."},
        help_text="A rough answer is enough.",
        required=True,
        error_messages={"required": "Pick the age that fits best."},
    )


class Links(Question):
    step = "links"
    h1_field = "links"
    links = forms.CharField(label="Where is it?", widget=forms.Textarea, help_text="Paste what you have.")


class Many(Question):
    step = "many"
    name = forms.CharField(label="Your name", help_text="Only for this letter.")
    mail = forms.EmailField(label="E-mail")
    country = forms.ChoiceField(
        label="Where do you live?", choices=[("us", "United States"), ("de", "Germany")]
    )
    what = any_of("What happened?", [("posted", "It is online"), ("threat", "A threat")], required=True)
    sure = forms.BooleanField(label="I believe that this is true.", help_text="You need not be certain.")


PARTS = """{% extends "base.html" %}{% load crispy_forms_tags %}
{% block back %}{% include "components/back.html" %}{% endblock %}
{% block main %}<h1>All parts</h1>
{% crispy form %}
<ol class="sp-steps">
<li class="sp-step sp-step--first"><article class="sp-card"><h2>First</h2>
<p class="sp-step__meta"><span class="sp-badge">Today</span></p>
<dl class="sp-costs"><dt>Account</dt><dd>Not needed</dd></dl>
{% include "components/address.html" with to=seen %}</article></li>
<li class="sp-step"><article class="sp-card"><h2>Second</h2>
{% include "components/address.html" with to=mail stale=True %}
{% include "components/address.html" with to=words %}
<details class="sp-details"><summary>What they ask</summary><p>Links</p></details></article></li>
</ol>
<div class="sp-warn"><p><strong>Do not look.</strong> You need not.</p></div><p class="sp-note">A note.</p>
<ul class="sp-chips"><li class="sp-chip">One</li></ul>
{% include "components/copy_block.html" with id="letter" label="Letter" text=letter letter=True %}
<dl class="sp-summary"><div><dt>Age</dt><dd>13 to 15</dd>
<dd class="sp-change"><a href="/next/">Change</a></dd></div></dl>
<table><caption>Days</caption><tbody><tr><th scope="row">A law</th><td>48 hours</td></tr></tbody></table>
<div class="sp-buttons"><a class="sp-button" href="/next/">On</a>
<button type="button" class="sp-button sp-button--second" data-print hidden>Print</button></div>
{% endblock %}"""
ONE = """{% extends "base.html" %}{% load crispy_forms_tags %}{% block title %}{{ title }}{% endblock %}
{% block main %}{% crispy form %}{% endblock %}"""
LETTER = "To whom it concerns\n\n1. https://photos.example/a-rather-long-address/1234567890123456789012345678901234567890\n"


def _channel(address: str, **more: Any) -> SimpleNamespace:
    plain = {
        "is_link": False,
        "is_mail": False,
        "pieces": ((address, False),),
        "checked_on": date(2026, 1, 2),
    }
    return SimpleNamespace(address=address, **(plain | more))


def _page(request: HttpRequest, text: str, status: int = 200, **context: Any) -> HttpResponse:
    context["closes_at"] = datetime.now(UTC) + timedelta(**CLOSES_IN)
    return HttpResponse(engines["django"].from_string(text).render(context, request), status=status)


def parts(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        PARTS,
        form=Many({"mail": "nobody"}) if "wrong" in request.GET else Many(),
        seen=_channel(
            "https://photos.example/report/one/of/the/longer/forms", is_link=True, confidence="high"
        ),
        mail=_channel("abuse@photos.example", is_mail=True, confidence="medium"),
        words=_channel("In the app: menu, then Report", confidence="low"),
        letter=LETTER,
    )


def flow(request: HttpRequest) -> HttpResponse:
    """Age, then links: which one comes is in the form itself, so that no visit is needed."""
    if request.method != "POST":
        return _page(request, ONE, form=Links() if request.COOKIES.get("on") else Age(), title="Next steps")
    form = Age(request.POST) if request.POST.get("step") == "age" else Links(request.POST)
    if request.POST.get("step") != "stay" and not request.POST.get("skip") and not form.is_valid():
        return _page(request, ONE, status=422, form=form, title="Please check")
    answer = HttpResponseRedirect("/next/")
    if request.POST.get("step") == "age":
        answer.set_cookie("on", "1")
    return answer


def first(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        '{% extends "base.html" %}{% block main %}<h1>First page</h1><a href="/next/">Go</a>{% endblock %}',
    )


urlpatterns = [
    path("", first),
    path("parts/", parts),
    path("next/", flow),
    path("exit/", leaving.leave, name="exit"),
]
handler404 = "survivor_portal.web.safety.errors.not_found"
