"""What a student reads in training is what it reads in the app, and branches do not see each other."""

import random
from pathlib import Path

import pytest
import torch

from distill.corpus import Item, write_items
from distill.folders import Folders
from distill.recipe import AnswerStudent, Phase, RationalePhase, RationaleStudent
from distill.train.examples import Example, Task
from distill.train.reading import reply_scores
from distill.training import rationale_lessons, read_facts, train_answer
from tests.distill.questions import work_for
from tests.distill.training_helpers import ITEMS, tiny_base, tiny_lessons
from tutor_app.errors import UserError
from tutor_app.knowledge.facts import Fact


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_replies_side_by_side_score_as_they_do_alone(tmp_path: Path, family: str) -> None:
    model, lessons = tiny_lessons(tiny_base(tmp_path, family))
    examples = [
        lessons.answer(item, ("A fact about it.",) if number % 2 else ()) for number, item in enumerate(ITEMS)
    ]
    model.eval()
    with torch.no_grad():
        together = reply_scores(model, examples)
        for example, found in zip(examples, together, strict=True):
            for reply, scores in zip(example.replies, found, strict=True):
                (alone,) = reply_scores(model, [Example(Task.ANSWER, example.prompt, (reply,))])
                assert torch.allclose(scores, alone[0], atol=1e-4)


def test_scores_are_the_models_own_likelihoods(tmp_path: Path) -> None:
    model, lessons = tiny_lessons(tiny_base(tmp_path))
    example = lessons.answer(ITEMS[0])
    model.eval()
    with torch.no_grad():
        found = reply_scores(model, [example])[0]
        for reply, scores in zip(example.replies, found, strict=True):
            ids = torch.tensor([[*example.prompt, *reply]])
            logits = torch.log_softmax(model(input_ids=ids).logits[0].float(), -1)
            start = len(example.prompt) - 1
            wanted = [logits[start + i, id_] for i, id_ in enumerate(reply)]
            assert torch.allclose(scores, torch.stack(wanted), atol=1e-4)


def test_an_open_question_is_written(tmp_path: Path) -> None:
    _, lessons = tiny_lessons(tiny_base(tmp_path))
    example = lessons.answer(Item("o", "t", "train", "What pulls a ball down?", accepted=("gravity",)))
    assert example.task is Task.WRITE
    assert lessons.encoder.decode(example.replies[0]) == "gravity"


def test_facts_to_read_are_lines_or_rows_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "facts.txt").write_text('# About\nIron is a metal.\n{"text": "Ice floats."}\n', "utf-8")
    (tmp_path / "cut.txt").write_text('Iron is a metal.\n{"text": "Ice fl', "utf-8")
    (tmp_path / "old.txt").write_bytes(b"Iron is a metal.\nHei\xdf ist warm.\n")
    folders = Folders(tmp_path, tmp_path)
    assert read_facts(["facts.txt"], folders) == ["Iron is a metal.", "Ice floats."]
    for name, told in (("cut.txt", "is not a row of a fact"), ("old.txt", "is not in UTF-8")):
        with pytest.raises(UserError, match=rf"{name}:2: this .*{told.removeprefix('is ')}"):
            read_facts([name], folders)


def test_writing_goes_on_after_the_facts(tmp_path: Path) -> None:
    _, lessons = tiny_lessons(tiny_base(tmp_path))
    item = Item(
        "w", "t", "train", "What is ice?", ("gas", "water"), 1, facts=("Ice is solid.",), steps=("So water.",)
    )
    told = lessons.write(item, item.facts, told=True, weight=1.0)
    assert lessons.encoder.decode(told.prompt).endswith("assistant\nIce is solid.\n")
    assert "Answer: water" in lessons.encoder.decode(told.prompt)
    assert lessons.encoder.decode(told.replies[0]) == "So water."
    free = lessons.write(item, (), told=False, weight=1.0)
    assert "Answer:" not in lessons.encoder.decode(free.prompt)
    assert lessons.encoder.decode(free.replies[0]) == "Ice is solid.\nSo water."


class FoundFacts:
    """A fact base that finds the same facts for every question."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def candidates(self, question: object, k: int, supposed: str | None) -> list[Fact]:
        return [Fact(text) for text in self.texts]


def test_a_step_also_learns_from_facts_as_imperfect_as_a_search_finds_them(tmp_path: Path) -> None:
    _, lessons = tiny_lessons(tiny_base(tmp_path))
    own = ("Ice is solid.", "Water freezes.")
    item = Item("w", "t", "train", "What is ice?", ("gas", "water"), 1, facts=own, steps=("So water.",))
    other = "A magnet attracts iron."

    def given(**shares: float) -> list[str]:
        section = RationaleStudent(choosing=0.0, supposed=1.0, free=0.0, **{"distracted": 0.0, **shares})
        (lesson,) = rationale_lessons(lessons, [item], FoundFacts(other), section, random.Random(1))  # type: ignore[arg-type]
        return lessons.encoder.decode(lesson.prompt).split("assistant\n")[1].splitlines()

    assert given() == [*own]
    assert sorted(given(distracted=1.0)) == sorted([*own, other])
    swapped = given(swapped=1.0)
    assert len(swapped) == 2 and other in swapped


def test_a_phase_without_a_lesson_is_refused(tmp_path: Path) -> None:
    tiny_base(tmp_path / "train-start" / "model")
    write_items(tmp_path / "train.jsonl", ITEMS)
    write_items(tmp_path / "kept.jsonl", [])
    write_items(tmp_path / "own.jsonl", [])
    earlier = dict.fromkeys(("corpus", "filter", "own-rationales"), tmp_path)
    earlier["train-start"] = tmp_path / "train-start"
    answer = AnswerStudent((Phase(own=1.0),))
    with pytest.raises(UserError, match="phase-1 has no lesson"):
        train_answer(work_for(tmp_path, earlier=earlier, answer_student=answer))


def test_a_phase_changes_what_it_names_and_leaves_the_rest_as_the_section_says() -> None:
    section = RationaleStudent(
        epochs=1.0, supposed=0.75, phases=(RationalePhase(), RationalePhase(epochs=0.8, free=0.0))
    )
    first, second = section.passes()
    assert (first.epochs, first.supposed, first.free) == (1.0, 0.75, section.free)
    assert (second.epochs, second.supposed, second.free) == (0.8, 0.75, 0.0)
    assert RationaleStudent().passes() == (RationaleStudent(),)
