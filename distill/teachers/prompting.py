"""What a teacher is asked, and how its reply is read: facts first, then the steps that apply them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from distill.corpus import Item
from distill.shaping import as_sentence, split_reasoning

Message = dict[str, str]

_TASK = """You explain science questions to school students, briefly and truthfully.
Write one to three general science facts that decide the question, one a line, each beginning with "Fact:". \
A fact holds anywhere: it never mentions this question, its people or its choices.
Then write one or two lines beginning with "Step:" that apply the facts to this question and lead to the \
answer. Name the answer by its words, never by a letter or a number. Use short, plain sentences."""
_NAME_ANSWER = 'End with one line "Answer:" and the words of the right choice.'

_MODELS = (
    Item(
        "model/1",
        "model",
        "train",
        "A metal spoon is left in a cup of hot soup. Why does its handle become warm?",
        ("Metal makes heat.", "Metal conducts heat well.", "Air cools the soup.", "Soup is an insulator."),
        1,
        facts=("Heat flows from warmer matter to cooler matter.", "Metals are good conductors of heat."),
        steps=("The hot soup warms one end, and the metal carries that heat along to the cooler handle.",),
    ),
    Item(
        "model/2",
        "model",
        "train",
        "A pond dries up a little more every summer. Which animal there will be affected first?",
        ("a fish", "a hawk", "a rabbit", "a bee"),
        0,
        facts=("Fish take the oxygen they breathe from water with their gills.",),
        steps=("A fish cannot leave the shrinking pond as the others can, so it is affected first.",),
    ),
    Item(
        "model/3",
        "model",
        "train",
        "Which of these changes makes a new substance?",
        ("ice melting", "paper tearing", "iron rusting", "salt dissolving"),
        2,
        facts=(
            "A chemical change makes substances that were not there before.",
            "Rust is iron oxide, made from iron and oxygen.",
        ),
        steps=("Only rusting turns iron into another substance; the other changes alter its form alone.",),
    ),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A teacher's reply, read: empty `facts` and `steps` when it could not be."""

    facts: tuple[str, ...]
    steps: tuple[str, ...]
    claimed: str = ""


def messages(item: Item, shots: Sequence[Item], tell_answer: bool) -> list[Message]:
    """The whole conversation a teacher continues."""
    task = _TASK if tell_answer else f"{_TASK}\n{_NAME_ANSWER}"
    asked: list[Message] = [{"role": "system", "content": task}]
    for shot in shots:
        asked.append({"role": "user", "content": _asked(shot, tell_answer)})
        asked.append({"role": "assistant", "content": _model_reply(shot, tell_answer)})
    asked.append({"role": "user", "content": _asked(item, tell_answer)})
    return asked


def shots_for(item: Item, explained: Sequence[Item], count: int) -> list[Item]:
    """Examples to show: training questions explained with facts and steps, else three of our own."""
    pool = [each for each in explained if each.facts and each.steps and each.id != item.id] or list(_MODELS)
    return pool[:count]


def _asked(item: Item, tell_answer: bool) -> str:
    lines = [f"Question: {item.question}"]
    if item.choices:
        lines += ["Choices:", *(f"- {choice}" for choice in item.choices)]
    if tell_answer:
        lines.append(f"Right answer: {item.key}")
    return "\n".join(lines)


def _model_reply(item: Item, tell_answer: bool) -> str:
    lines = [f"Fact: {fact}" for fact in item.facts] + [f"Step: {step}" for step in item.steps]
    return "\n".join(lines if tell_answer else [*lines, f"Answer: {item.key}"])


_THINKING = re.compile(r"<think>.*?</think>", re.S)
_LABEL = re.compile(
    r"^[\s>*_#\-•]*(?:\d+[.)]\s*)?[*_]*(fact|step|answer)s?\s*\d*[*_]*\s*[:.][*_]*\s*(.*)$", re.I
)


def read_reply(text: str) -> Reply:
    """Read labelled lines; a reply without labels is split as running reasoning."""
    labelled: dict[str, list[str]] = {"fact": [], "step": [], "answer": []}
    loose: list[str] = []
    current: list[str] = loose
    for line in _THINKING.sub("", text).splitlines():
        if found := _LABEL.match(line):
            current = labelled[found.group(1).lower()]
            rest = found.group(2)
        else:
            rest = line
        if rest := rest.strip(" *_"):
            current.append(rest)
    claimed = labelled["answer"][0].rstrip(".") if labelled["answer"] else ""
    if labelled["fact"] or labelled["step"]:
        return Reply(_lines(labelled["fact"]), _lines(labelled["step"]), claimed)
    return Reply(*split_reasoning(" ".join(map(as_sentence, loose))), claimed)


def _lines(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(as_sentence, found))))
