"""How sure answers without choices may sound."""

import math
import random
from pathlib import Path

import pytest

from distill.open_answers import fit_odds, fit_open, openly, says
from distill.scores import ScoresFile
from distill.sets import EvaluationSet
from tests.students.doubles import ListedFacts, ScriptedStudent
from tutor_app.questions.model import Question
from tutor_app.students.calibration import Calibration
from tutor_app.students.tutor import Tutor


def test_questions_that_want_a_sentence_or_speak_of_their_choices_are_not_asked_without_them() -> None:
    texts = [
        "Which of these is a metal?",
        "What pulls a ball down?",
        "A bee",
        "Which statement is true?",
        "Why do balls fall?",
    ]
    found = openly([Question(str(n), text, ("a", "b"), 0) for n, text in enumerate(texts)])
    assert [question.text for question in found] == ["What pulls a ball down?"]


def test_an_answer_is_right_when_it_shares_half_its_words_with_the_key() -> None:
    assert says("the cell membrane", "the plasma membrane")
    assert not says("water vapor", "temperature")
    assert not says("", "temperature")


def test_the_odds_that_were_drawn_from_are_found_again() -> None:
    chance = random.Random(3)
    likelihoods = [chance.uniform(0.05, 0.95) for _ in range(4000)]
    odds = [2.0 * math.log(p / (1 - p)) - 1.0 for p in likelihoods]
    rights = [chance.random() < 1 / (1 + math.exp(-each)) for each in odds]
    assert fit_odds(likelihoods, rights) == pytest.approx((2.0, -1.0), abs=0.2)


def test_likelihoods_that_tell_nothing_give_everybody_the_same_odds() -> None:
    weight, offset = fit_odds([0.9, 0.8, 0.2, 0.1], [False, False, True, False])
    assert weight == 0.0
    assert 1 / (1 + math.exp(-offset)) == pytest.approx(0.25)


def test_answers_that_are_never_right_are_never_sure_and_are_asked_for_once(tmp_path: Path) -> None:
    said: list[str] = []
    questions = tuple(Question(str(n), f"Which stuff is thing {n}?", ("iron", "wood"), 0) for n in range(30))
    student = ScriptedStudent(lambda prompt, option: -0.1, ["a lamp"])
    facts = ListedFacts("Lamps give light.", fitting=["Lamps give light."])
    tutor = Tutor(ScriptedStudent(), student, facts, Calibration(), "tiny 1")
    sets, kept = [EvaluationSet("dev", questions)], ScoresFile(tmp_path / "kept.jsonl", "tiny 1")
    fitted = fit_open(tutor, sets, "open", kept, Calibration(), 0.7, said.append)
    assert fitted.open_confidence(0.9) < 0.05
    assert fitted.open_sure_threshold == 1.0
    assert "0% of 30 answers" in said[0]
    asked = len(student.prompts)
    again = fit_open(tutor, sets, "open", kept, Calibration(), 0.7, said.append)
    assert (again, len(student.prompts)) == (fitted, asked)


def test_a_handful_of_questions_fits_nothing(tmp_path: Path) -> None:
    few = EvaluationSet("dev", (Question("1", "Which stuff is iron?", ("a metal", "wood"), 0),))
    tutor = Tutor(ScriptedStudent(), ScriptedStudent(replies=["a metal"]), None, Calibration(), "tiny 1")
    kept = ScoresFile(tmp_path / "kept.jsonl", "tiny 1")
    assert fit_open(tutor, [few], "open", kept, Calibration(), 0.7, print) == Calibration()
