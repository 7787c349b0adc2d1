"""The plan and the letters read the laws alike: no plan offers a request that its letter would refuse."""

from survivor_portal import directory, intake, letters
from survivor_portal.directory import Age, Asker, Happened, Picture
from survivor_portal.intake import _table
from survivor_portal.letters._reading import WHO_ELSE, bars


def _facts(answers):
    then = answers.age_then or Age.NOT_SURE
    return letters.Facts(
        asker=answers.asker or Asker.SELF,
        age_then=then,
        age_now=answers.age_now or (Age.ADULT if then is Age.ADULT else Age.NOT_SURE),
        picture=answers.picture or Picture.NOT_SURE,
        happened=answers.happened or Happened.POSTED,
        consent=answers.consent,
        maker=answers.maker,
        country=answers.country,
        region=answers.region,
        items=(letters.Item(1, "https://photos.example/1"),),
    )


def test_no_letter_of_any_plan_in_the_table_stands_on_a_law_it_would_leave_out():
    items = intake.gather(_table.SAMPLE).items
    cases = {intake.settled(raw, items) for raw in (*_table._in_the_us(), *_table._elsewhere())}
    looked_at = set()

    for answers in cases:
        for step in intake.plan(answers, items).steps:
            if step.letter == "request":
                for key in step.grounds:
                    barred = set(bars(directory.law(key), _facts(answers), letters.Signer())) - WHO_ELSE
                    assert not barred, (answers, step.id, key)
                    looked_at.add(key)

    assert len(looked_at) >= 28


def test_every_ground_of_a_plan_has_its_text():
    items = intake.gather(_table.SAMPLE).items

    for raw in _table._elsewhere():
        answers = intake.settled(raw, items)
        for step in intake.plan(answers, items).steps:
            if step.letter == "request":
                for key in step.grounds:
                    assert directory.law_text(key) or directory.law_text(key, "note.md"), (step.id, key)
