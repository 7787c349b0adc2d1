"""Every platform, in every main case and place: a step to itself or a word that there is none, and an address
or words behind every step."""

import pytest

from survivor_portal import directory, intake
from survivor_portal.directory import Age, Asker, Consent, Happened, Picture, Risk
from survivor_portal.intake import Answers, Item, StepKey

PLACES = ("US", "DE", "GB", "IN", "BR", "AU")
_CHILD = {"asker": Asker.PARENT, "age_then": Age.FROM_13, "age_now": Age.FROM_13, "home_safe": True}
_ADULT = {"asker": Asker.SELF, "age_then": Age.ADULT, "age_now": Age.ADULT, "consent": Consent.NEVER}
CASES = {
    "child real": Answers(**_CHILD, picture=Picture.REAL, happened=Happened.POSTED),
    "child AI": Answers(**_CHILD, picture=Picture.AI, happened=Happened.POSTED),
    "child drawn": Answers(**_CHILD, picture=Picture.DRAWN, happened=Happened.POSTED),
    "adult real": Answers(**_ADULT, picture=Picture.REAL, happened=Happened.POSTED),
    "adult AI": Answers(**_ADULT, picture=Picture.AI, happened=Happened.POSTED),
    "adult threat only": Answers(**_ADULT, picture=Picture.REAL, happened=Happened.THREAT),
}
TO_ITSELF = {StepKey.CHILD_FORM, StepKey.THREAT_FORM, StepKey.REQUEST, StepKey.REQUEST_48H}
NO_ADDRESS_HERE = {StepKey.NO_WAY, StepKey.SHIELD}
AROUND = {StepKey.HOST, StepKey.REGISTRAR}
# Steps that need no address: the words of the card say where to turn.
LOOK_UP = {StepKey.HOST, StepKey.CDN, StepKey.REGISTRAR}  # how to find the company, on the card itself
IN_WORDS = {
    StepKey.DANGER,  # the emergency number in the help box
    StepKey.THREAT,  # six steps on the card
    StepKey.TELL,  # somebody near
    StepKey.SCHOOL,  # the own school
    StepKey.POLICE,  # the own police, where no online desk is known
    *NO_ADDRESS_HERE,  # they lead to the steps around the site
}


def _cases():
    for name, answers in CASES.items():
        for country in PLACES:
            yield f"{name} in {country}", _in(answers, country)


def _in(answers: Answers, country: str) -> Answers:
    return intake.from_plain({**intake.to_plain(answers), "country": country})


@pytest.mark.parametrize("platform", directory.platforms(), ids=lambda platform: platform.key)
def test_each_case_has_a_way(platform):
    """With a mere threat nothing is out, so no search step is due; host and registrar still stand by, for
    later. A platform that may not be written to at all (hostile) is treated as one that publishes no way."""
    items = (
        Item(1, url=f"https://{platform.domains[0]}/a", platform=platform.key, site=platform.domains[0]),
    )

    for name, answers in _cases():
        plan = intake.plan(answers, items)
        keys = {step.key for step in plan.steps}
        own = [step for step in plan.steps if step.platform == platform.key]
        assert own, name
        if keys & NO_ADDRESS_HERE:
            assert keys >= AROUND, name
            assert StepKey.SEARCH in keys or not answers.something_is_out, name
            assert not any(step.key in TO_ITSELF for step in own), name
        else:
            first = [step for step in own if step.key in TO_ITSELF]
            assert first, name
            assert all(at.platform == platform.key for step in first for at in step.channels), name
        for step in plan.steps:
            assert step.address or step.key in LOOK_UP | IN_WORDS, (name, step.id)
            assert not step.channels or all(at.record.address for at in step.channels), (name, step.id)
        if platform.contact_risk.level is Risk.HOSTILE:
            assert keys & NO_ADDRESS_HERE == {StepKey.SHIELD}, name


def test_every_step_that_counts_on_its_words_has_them():
    from survivor_portal.web.survivor.words import NOTES, STEPS

    for key in LOOK_UP | IN_WORDS:
        assert all(str(line) for line in STEPS[key]), key
    assert "lookup.icann.org" in str(NOTES[intake.Note.LOOK_UP_HOST])
