"""The tutor with scripted students: what it asks them, what it shows, and what it makes of their answers."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.students.doubles import ListedFacts, Rating, ScriptedStudent
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Fit, Support
from tutor_app.questions.model import Question
from tutor_app.students.calibration import Calibration
from tutor_app.students.chooser import select
from tutor_app.students.explanation import Explanation, Origin, Settings, Step, Style
from tutor_app.students.prompts import Prompt
from tutor_app.students.tutor import Tutor

IRON, MOON, WOOD = "Magnets attract iron.", "The Moon circles the Earth.", "Wood comes from trees."
APPLIED = "A nail is made of iron, so the magnet attracts the nail."
NAIL = Question("q1", "What does a magnet attract?", ("a spoon of wood", "an iron nail", "a glass cup"))
KEYED = replace(NAIL, answer=1)
EXPLAINED = replace(KEYED, facts=("Iron is magnetic.",), steps=("So the nail moves.",))


def prefers(*ranking: str) -> Rating:
    """Scores texts by their place in a list; what is not in it comes last."""
    return lambda prompt, option: -2.0 * ranking.index(option) if option in ranking else -20.0


def tutor(
    rationale: ScriptedStudent,
    answer: ScriptedStudent,
    facts: ListedFacts | None = None,
    calibration: Calibration | None = None,
) -> Tutor:
    facts = facts or ListedFacts(WOOD, IRON, MOON, fitting=[IRON])
    return Tutor(rationale, answer, facts, calibration or Calibration(fact_threshold=0.5), "tiny 1")


def explained(items: Sequence[Step | Explanation]) -> tuple[list[Step], Explanation]:
    *steps, last = items
    assert isinstance(last, Explanation)
    assert all(isinstance(step, Step) for step in steps)
    return [step for step in steps if isinstance(step, Step)], last


def test_a_question_gets_the_fact_that_fits_then_the_step_that_applies_it_then_an_answer() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("an iron nail"))
    steps, last = explained(list(tutor(rationale, answer).explain(NAIL)))
    assert [(step.text, step.origin, step.source) for step in steps] == [
        (IRON, Origin.FACT, "a book"),
        (APPLIED, Origin.TUTOR, ""),
    ]
    assert last.steps == tuple(steps)
    assert (last.answer.text, last.answer.choice, last.answer.sure) == ("an iron nail", 1, True)
    assert last.agrees_with_key is None
    assert last.students == "tiny 1"
    assert sum(last.answer.probabilities) == pytest.approx(1)
    assert 0 <= last.timings["first_step"] <= last.timings["total"]


def test_the_answer_is_read_from_the_question_and_again_with_the_rationale() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("an iron nail"))
    list(tutor(rationale, answer).explain(NAIL))
    shown = [prompt.user for prompt, _ in answer.scored]
    assert shown == [NAIL.text, f"{NAIL.text}\n{IRON} {APPLIED}"]
    assert all(options == NAIL.choices for _, options in answer.scored)


def test_facts_are_sought_and_the_step_written_for_the_likeliest_answer() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("an iron nail"))
    facts = ListedFacts(WOOD, IRON, fitting=[IRON])
    list(tutor(rationale, answer, facts).explain(NAIL))
    assert [supposed for _, supposed in facts.asked] == ["an iron nail"]
    assert rationale.prompts[0].user.endswith("Answer: an iron nail\nExplain.")
    assert rationale.prompts[0].reply == IRON + "\n"


@pytest.mark.parametrize(
    ("scores", "shown"),
    [
        ((0.95, 0.8, 0.7), [WOOD]),  # one that is nearly certain is enough
        ((0.8, 0.6, 0.5), [WOOD, IRON]),  # of two one surely does
        ((0.5, 0.5, 0.5), [WOOD, IRON, MOON]),
        ((1.0, 1.0, 0.5), [WOOD, IRON]),  # what is certain is always shown
        ((0.8, 0.2, 0.1), [WOOD]),  # nearly as likely or not at all
        ((0.3, 0.2, 0.1), [WOOD]),
        ((0.1, 0.1, 0.1), []),  # under the threshold none fits
    ],
)
def test_as_many_facts_as_it_takes_that_one_probably_explains_the_answer(
    scores: Sequence[float], shown: list[str]
) -> None:
    fits = [Fit(Fact(text), score) for text, score in zip((WOOD, IRON, MOON), scores, strict=True)]
    assert [fact.text for fact in select(fits, 0.25)] == shown


def test_a_second_fact_says_something_else() -> None:
    fits = [Fit(Fact(IRON), 0.8), Fit(Fact("A magnet attracts iron."), 0.8), Fit(Fact(MOON), 0.7)]
    assert [fact.text for fact in select(fits, 0.25)] == [IRON, MOON]


def test_where_no_option_stands_out_nothing_is_supposed_and_no_option_argued_for() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent()
    facts = ListedFacts(IRON, fitting=[IRON])
    steps, last = explained(list(tutor(rationale, answer, facts).explain(NAIL)))
    assert facts.asked[0][1] == ""
    assert rationale.prompts == []
    assert [step.text for step in steps] == [IRON]
    assert not last.answer.sure


def test_a_doubtful_guess_gets_facts_and_no_step_that_argues_for_it() -> None:
    likely = ScriptedStudent(lambda prompt, option: 0.4 if option == "an iron nail" else 0.0)
    for threshold, shown in ((0.9, [IRON]), (0.2, [IRON, APPLIED])):
        rationale = ScriptedStudent(replies=[APPLIED])
        calibration = Calibration(fact_threshold=0.5, step_threshold=threshold)
        found = tutor(rationale, likely, ListedFacts(IRON, fitting=[IRON]), calibration).explain(NAIL)
        assert [step.text for step in explained(list(found))[0]] == shown
    keyed = tutor(
        ScriptedStudent(replies=[APPLIED]),
        likely,
        ListedFacts(IRON, fitting=[IRON]),
        Calibration(fact_threshold=0.5, step_threshold=0.9),
    )
    assert [step.text for step in explained(list(keyed.explain(KEYED)))[0]] == [IRON, APPLIED]


def test_an_answer_that_changes_with_the_rationale_is_explained_once_more() -> None:
    def swayed(prompt: Prompt, option: str) -> float:
        liked = "a spoon of wood" if prompt.user == NAIL.text else "an iron nail"
        return (0.0 if prompt.user == NAIL.text else 5.0) if option == liked else -5.0

    rationale = ScriptedStudent(replies=["The spoon of wood is not iron.", APPLIED])
    _, last = explained(list(tutor(rationale, ScriptedStudent(swayed)).explain(NAIL)))
    assert last.answer.text == "an iron nail"
    assert [step.text for step in last.steps] == [IRON, APPLIED]
    assert [prompt.user.splitlines()[-2] for prompt in rationale.prompts] == [
        "Answer: a spoon of wood",
        "Answer: an iron nail",
    ]


def test_no_fact_fits_so_the_steps_are_the_tutors_own() -> None:
    own = "Magnets pull on iron.\nThe nail is made of iron, so the magnet pulls the nail.\n"
    rationale, answer = ScriptedStudent(replies=[own]), ScriptedStudent(prefers("an iron nail"))
    steps, _ = explained(list(tutor(rationale, answer, ListedFacts(WOOD)).explain(NAIL)))
    assert [step.origin for step in steps] == [Origin.TUTOR, Origin.TUTOR]


@pytest.mark.parametrize("settings", [Settings(style=Style.FREE), Settings(use_facts=False)])
def test_free_style_and_no_facts_leave_the_fact_base_alone(settings: Settings) -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("an iron nail"))
    facts = ListedFacts(IRON, fitting=[IRON])
    steps, _ = explained(list(tutor(rationale, answer, facts).explain(NAIL, settings)))
    assert not facts.asked
    assert [step.origin for step in steps] == [Origin.TUTOR]


def test_auto_style_tries_own_words_where_facts_leave_it_unsure() -> None:
    def helped(prompt: Prompt, option: str) -> float:
        return 5.0 if "own words" in prompt.user and option == "an iron nail" else 0.0

    own = "An iron nail is pulled, to put it in own words."
    rationale = ScriptedStudent(replies=[APPLIED, own])
    _, last = explained(list(tutor(rationale, ScriptedStudent(helped)).explain(KEYED, Settings(Style.AUTO))))
    assert last.agrees_with_key
    assert [(step.text, step.origin) for step in last.steps] == [(own, Origin.TUTOR)]


def test_a_step_the_guard_drops_is_left_out_where_facts_are_shown() -> None:
    wrong = "The magnet attracts a spoon of wood."
    rationale, answer = ScriptedStudent(replies=[wrong, APPLIED]), ScriptedStudent(prefers("an iron nail"))
    steps, _ = explained(list(tutor(rationale, answer).explain(NAIL)))
    assert [step.text for step in steps] == [IRON]


def test_without_facts_other_words_are_tried_where_the_guard_drops_the_likeliest() -> None:
    wrong = "The magnet attracts a spoon of wood."
    rationale, answer = (
        ScriptedStudent(replies=[wrong, wrong, wrong, APPLIED]),
        ScriptedStudent(prefers("an iron nail")),
    )
    steps, _ = explained(list(tutor(rationale, answer, ListedFacts(WOOD)).explain(NAIL)))
    assert [(step.text, step.origin) for step in steps] == [(APPLIED, Origin.TUTOR)]


def test_a_step_its_own_writer_finds_unlikely_is_left_out() -> None:
    likely = Calibration(fact_threshold=0.5, step_likelihood=-0.6)
    for likelihood, shown in ((-0.5, [IRON, APPLIED]), (-0.7, [IRON])):

        def rate(prompt: Prompt, text: str, likelihood: float = likelihood) -> float:
            return likelihood if text == APPLIED else 0.0

        rationale, answer = ScriptedStudent(rate, [APPLIED]), ScriptedStudent(prefers("an iron nail"))
        steps, _ = explained(list(tutor(rationale, answer, calibration=likely).explain(NAIL)))
        assert [step.text for step in steps] == shown


def test_going_round_in_circles_is_stopped_and_not_shown() -> None:
    rationale = ScriptedStudent(replies=["Magnets pull on iron.\nThe nail and " + "the nail and " * 1000])
    taught = tutor(rationale, ScriptedStudent(prefers("an iron nail")), ListedFacts(WOOD))
    steps, _ = explained(list(taught.explain(NAIL)))
    assert [step.text for step in steps] == ["Magnets pull on iron."]
    assert rationale.closed == 1


def test_with_a_key_the_rationale_that_leads_to_it_is_kept() -> None:
    good = "An iron nail is pulled because magnets attract iron."

    def led(prompt: Prompt, option: str) -> float:
        return 3.0 if option == ("an iron nail" if good in prompt.user else "a glass cup") else 0.0

    rationale = ScriptedStudent(replies=[APPLIED, APPLIED, good, APPLIED])
    items = list(tutor(rationale, ScriptedStudent(led)).explain(KEYED, Settings(samples=4)))
    _, last = explained(items)
    assert [step.text for step in last.steps] == [IRON, good]
    assert last.steps == tuple(items[:-1])


def test_when_no_rationale_leads_to_the_key_the_banks_own_explanation_stands() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("a glass cup"))
    _, last = explained(list(tutor(rationale, answer).explain(EXPLAINED, Settings(samples=3))))
    assert last.agrees_with_key is False
    assert [(step.text, step.origin) for step in last.steps] == [
        ("Iron is magnetic.", Origin.BANK),
        ("So the nail moves.", Origin.BANK),
    ]
    assert last.answer.choice == 2


def test_a_step_that_argues_for_a_key_the_tutor_does_not_believe_is_left_out() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("a glass cup"))
    _, last = explained(list(tutor(rationale, answer).explain(KEYED)))
    assert last.agrees_with_key is False
    assert [step.text for step in last.steps] == [IRON]


def test_where_the_tutor_is_not_sure_of_the_key_the_author_explains_it() -> None:
    for preferred, shown in ((5.0, [IRON, APPLIED]), (0.1, ["Iron is magnetic.", "So the nail moves."])):
        likes = ScriptedStudent(lambda _, option, by=preferred: by * (option == "an iron nail"))
        _, last = explained(list(tutor(ScriptedStudent(replies=[APPLIED]), likes).explain(EXPLAINED)))
        assert last.agrees_with_key
        assert [step.text for step in last.steps] == shown


def test_the_tutor_is_never_sure_between_two_or_between_yes_and_no() -> None:
    two, three, asking = ("lead", "tin"), ("lead", "tin", "iron"), ("yes, lead", "no", "yes, tin")
    for choices, sure in ((("yes", "no"), False), (two, False), (three, True), (asking, False)):
        likes = ScriptedStudent(lambda _, option, first=choices[0]: 9.0 * (option == first))
        asked = Question("q", "Does a magnet attract iron?", choices)
        assert tutor(ScriptedStudent(), likes).judge(asked).sure is sure


def test_an_exception_is_what_gains_by_the_not() -> None:
    exception = Question("q", "Which of these is not a metal?", ("iron", "wood"))

    def likes(prompt: Prompt, option: str) -> float:
        return {"iron": 5.0, "wood": 1.0 if " not " in prompt.user else 0.0}[option]

    assert tutor(ScriptedStudent(), ScriptedStudent(likes)).judge(exception).text == "wood"


def test_of_what_no_fact_is_about_nothing_is_made_up() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(replies=["Brazil"])
    taught = tutor(rationale, answer)
    steps, last = explained(list(taught.explain(Question("q", "Who won the football cup?"))))
    assert (steps, last.steps, last.answer.text) == ([], (), "")
    assert taught.explain_many([Question("q", "Who won the football cup?")])[0].answer.text == ""
    assert taught.explain_many([Question("q", "", image="a football")])[0].answer.text == ""


def test_where_facts_are_near_but_none_may_answer_nothing_is_made_up() -> None:
    near = Question("q", "What is a magnet's favorite food?")
    rationale = ScriptedStudent(replies=[APPLIED])
    taught = tutor(rationale, ScriptedStudent(replies=["iron"]), ListedFacts(WOOD, IRON))
    steps, last = explained(list(taught.explain(near)))
    assert (steps, last.answer.text, rationale.prompts) == ([], "", [])
    _, free = explained(list(taught.explain(near, Settings(style=Style.FREE))))
    assert free.steps, "a student who asks for own words gets them"


def test_a_picture_is_supported_by_what_it_would_show() -> None:
    class Supporting(ListedFacts):
        def support(self, question: Question) -> tuple[Support, ...]:
            return tuple(Support(float(question.text == "Rain falls.")) for _ in question.choices)

    calibration = Calibration(support_weight=1.0)
    taught = tutor(ScriptedStudent(), ScriptedStudent(), Supporting(), calibration)
    shown = Question("q", "", ("a", "b"), image="Rain falls.")
    assert (
        taught.judge(shown).question_scores
        == taught.judge(replace(shown, text="Rain falls.")).question_scores
    )


def test_without_a_key_several_rationales_vote() -> None:
    votes = iter([5.0, -5.0, -5.0])
    seen: dict[str, float] = {}

    def divided(prompt: Prompt, option: str) -> float:
        if prompt.user == NAIL.text:
            return 1.0 if option == "an iron nail" else 0.0
        vote = seen.setdefault(prompt.user, 0.0) or next(votes)
        seen[prompt.user] = vote
        return vote if option == "a glass cup" else 0.0

    replies = [f"The magnet {how} an iron nail." for how in ("attracts", "pulls", "moves")]
    rationale = ScriptedStudent(replies=replies)
    _, last = explained(list(tutor(rationale, ScriptedStudent(divided)).explain(NAIL, Settings(samples=3))))
    assert last.answer.text == "an iron nail"
    assert last.steps[1].text in replies[1:]


def test_an_unsure_answer_names_the_two_likeliest() -> None:
    rationale, answer = (
        ScriptedStudent(replies=[APPLIED]),
        ScriptedStudent(lambda prompt, option: {"an iron nail": 0.4, "a glass cup": 0.3}.get(option, -1.0)),
    )
    _, last = explained(list(tutor(rationale, answer).explain(NAIL)))
    assert not last.answer.sure
    assert last.answer.likeliest == (1, 2)


def test_without_choices_the_written_answer_stands_beside_phrases_of_the_facts() -> None:
    question = Question("o", "What does a magnet attract?", accepted=("iron",))
    rationale = ScriptedStudent(replies=["So the magnet pulls iron things."])
    answer = ScriptedStudent(prefers("Iron."), ["Iron. It also says more."])
    _, last = explained(list(tutor(rationale, answer, ListedFacts(IRON, fitting=[IRON])).explain(question)))
    assert (last.answer.text, last.answer.choice, last.agrees_with_key) == ("Iron.", None, True)
    assert IRON in answer.prompts[0].user
    wrong = ScriptedStudent(prefers("steel"), ["A magnet attracts what it attracts."])
    facts = ListedFacts(IRON, "A hammer is made of steel.", fitting=[IRON])
    _, last = explained(list(tutor(rationale, wrong, facts).explain(question)))
    assert (last.answer.text, last.agrees_with_key) == ("steel", False)


def test_a_written_answer_is_as_sure_as_such_answers_were_found_to_be_right() -> None:
    question = Question("o", "What does a magnet attract?")
    answer = ScriptedStudent(lambda prompt, option: -0.1, ["Iron."])
    for offset, sure in ((3.0, True), (-3.0, False)):
        calibration = Calibration(open_offset=offset, open_sure_threshold=0.5)
        taught = Tutor(ScriptedStudent(), answer, None, calibration, "tiny 1")
        _, last = explained(list(taught.explain(question)))
        assert last.answer.sure is sure
        assert 0 < last.answer.confidence < 1


def test_a_picture_without_choices_is_asked_by_its_description_too() -> None:
    question = Question("p", "", image="A drawing of a plant cell")
    facts = ListedFacts("Plant cells have walls.", fitting=["Plant cells have walls."])
    answer = ScriptedStudent(prefers("walls"), [""])
    taught = tutor(ScriptedStudent(), answer, facts)
    assert taught.judge(question).text in ("walls", "cells have walls", "have walls")
    assert facts.asked[-1][0].text == "A drawing of a plant cell"


def test_a_picture_that_cannot_be_shown_is_asked_by_its_description() -> None:
    question = Question("p", "", ("a cell", "a rock"), image="A drawing of a plant cell")
    answer = ScriptedStudent(prefers("a cell"))
    assert tutor(ScriptedStudent(), answer).judge(question).text == "a cell"
    assert answer.scored[0][0].user == "A drawing of a plant cell"


def test_a_batch_gives_what_one_by_one_gives_in_fewer_calls() -> None:
    questions = [NAIL, KEYED, Question("q3", "What is wood from?", ("an iron nail", "trees"), 0)]

    def make() -> tuple[Tutor, ScriptedStudent]:
        rationale = ScriptedStudent(replies=[APPLIED])
        return tutor(rationale, ScriptedStudent(prefers("an iron nail", "trees"))), rationale

    one_by_one, first = make()
    batched, student = make()
    alone = [explained(list(one_by_one.explain(question)))[1] for question in questions]
    together = batched.explain_many(questions)
    assert [(e.steps, e.answer, e.agrees_with_key) for e in together] == [
        (e.steps, e.answer, e.agrees_with_key) for e in alone
    ]
    assert len(student.prompts) == len(questions)
    assert student.calls < first.calls


def test_a_flagged_fact_is_not_used_again() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("an iron nail"))
    taught = tutor(rationale, answer)
    steps, _ = explained(list(taught.explain(NAIL)))
    assert taught.flag(steps[0])
    assert not taught.flag(steps[1])
    assert taught.withdrawn() == {steps[0].fact_id}
    again, _ = explained(list(taught.explain(NAIL)))
    assert IRON not in [step.text for step in again]


def test_cancelling_ends_the_explanation_without_an_answer() -> None:
    cancel = threading.Event()
    rationale = ScriptedStudent(replies=["Magnets pull on iron.\nThe nail is made of iron.\n"])
    items = []
    taught = tutor(rationale, ScriptedStudent(prefers("an iron nail")), ListedFacts(WOOD))
    for item in taught.explain(NAIL, cancel=cancel):
        items.append(item)
        cancel.set()
    assert [type(item) for item in items] == [Step]
    assert rationale.closed == 1


def test_leaving_early_closes_the_writer_and_leaves_the_tutor_usable() -> None:
    rationale = ScriptedStudent(replies=["Magnets pull on iron.\nThe nail is made of iron.\n"])
    taught = tutor(rationale, ScriptedStudent(prefers("an iron nail")), ListedFacts(WOOD))
    running = taught.explain(NAIL)
    next(running)
    assert taught.judge(KEYED).text == "an iron nail", "another may ask meanwhile"
    running.close()  # type: ignore[attr-defined]
    assert rationale.closed == 1
    assert isinstance(list(taught.explain(NAIL))[-1], Explanation)


def test_many_threads_may_share_one_tutor() -> None:
    rationale, answer = ScriptedStudent(replies=[APPLIED]), ScriptedStudent(prefers("an iron nail"))
    taught = tutor(rationale, answer)
    answers: list[str] = []

    def ask() -> None:
        answers.append(explained(list(taught.explain(NAIL)))[1].answer.text)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["an iron nail"] * 8


def test_the_fact_base_speaks_for_an_option_unless_facts_are_not_wanted() -> None:
    facts = ListedFacts(WOOD, "Even a spoon of wood burns.")  # the last one names an option
    calibration = Calibration(fact_threshold=0.5, support_weight=50.0)

    def said(settings: Settings) -> str:
        students = ScriptedStudent(), ScriptedStudent(prefers("an iron nail"))
        return explained(list(tutor(*students, facts, calibration).explain(NAIL, settings)))[1].answer.text

    assert said(Settings()) == "a spoon of wood"
    assert said(Settings(use_facts=False)) == "an iron nail"


def test_a_flagged_fact_speaks_for_no_option_any_more() -> None:
    class Speaking(ListedFacts):
        def support(self, question: Question) -> tuple[Support, ...]:
            return Support(float(not self.flags)), Support(0.0), Support(0.0)

    calibration = Calibration(fact_threshold=0.0, support_weight=50.0)
    taught = tutor(ScriptedStudent(), ScriptedStudent(prefers("an iron nail")), Speaking(WOOD), calibration)
    steps, explanation = explained(list(taught.explain(NAIL)))
    assert explanation.answer.text == "a spoon of wood"
    taught.flag(steps[0])
    assert explained(list(taught.explain(NAIL)))[1].answer.text == "an iron nail"
