"""Talking line by line: for screen readers, dumb terminals and scripts. No colour, no cursor movement."""

import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from tutor_app.learning import marking, saying
from tutor_app.learning.progress import share
from tutor_app.questions import text as texts
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Answer, Explanation, Origin, Step

LETTERS = "ABCDEFGH"


class LeaveError(Exception):
    """The student wants to stop, or the input has ended."""


class Talk:
    """Says lines and asks for them. What comes from outside can send no control codes to the terminal."""

    def __init__(self, source: TextIO, out: TextIO) -> None:
        self._source, self._out = source, out

    def say(self, *lines: str) -> None:
        """Each text on its own line; on a terminal, long ones are broken between words."""
        for line in lines:
            self._out.write(self._broken(texts.plain(line)) + "\n")
        self._out.flush()

    def _broken(self, text: str) -> str:
        if not self._out.isatty():
            return text
        width = shutil.get_terminal_size().columns
        lines = (
            textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
            for line in text.split("\n")
        )
        return "\n".join(lines)

    def ask(self, prompt: str, written: bool = False) -> str:
        """One line, trimmed; LeaveError at the end of the input or on 'quit'.

        `q` leaves as well, but not where an answer is `written`: it is the symbol of charge.
        """
        self._out.write(self._broken(prompt) + " ")
        self._out.flush()
        line = self._source.readline()
        if not line:
            self._out.write("\n")
            raise LeaveError
        said = texts.plain(line)
        if said.casefold() in ("quit", "exit") or (said.casefold() == "q" and not written):
            raise LeaveError
        return said

    def ask_many(self, prompt: str) -> str:
        """Lines up to an empty one."""
        self.say(prompt)
        lines: list[str] = []
        while line := self.ask(">"):
            lines.append(line)
        return "\n".join(lines)

    def ask_number(self, prompt: str, allowed: Iterable[int]) -> int:
        """One of some numbers, asked for until it is one."""
        numbers = list(allowed)
        while True:
            said = self.ask(prompt)
            if said.isdecimal() and int(said) in numbers:
                return int(said)
            self.say(f"Type one of {', '.join(map(str, numbers))}, or quit.")


def say_question(talk: Talk, question: Question, heading: str, struck: Iterable[int] = ()) -> None:
    """A heading, the question, and its choices by letter."""
    talk.say("", heading, question.text)
    if question.image:
        talk.say(f"Picture: {question.image}")
    gone = set(struck)
    for index, choice in enumerate(question.choices):
        talk.say(f"{LETTERS[index]}) {choice}" + (" (tried: not this one)" if index in gone else ""))


def step_line(number: int, step: Step) -> str:
    """A step with where it comes from, in words."""
    return f"Step {number} ({step.origin.in_words}): {step.text}"


def source_line(number: int, step: Step) -> str:
    """Where a step comes from."""
    if step.origin is Origin.TUTOR:
        return f"Step {number} is in the tutor's own words. They can be wrong: flag them if they are."
    where = step.source or ("the fact base" if step.origin is Origin.FACT else "this bank")
    return f"Step {number} comes from {where}."


def choice_line(question: Question, index: int) -> str:
    """`B) gravity`"""
    return f"{LETTERS[index]}) {question.choices[index]}"


def key_line(question: Question) -> str:
    """The right answer as the bank has it, or nothing."""
    if question.answer is not None:
        return f"The answer: {choice_line(question, question.answer)}"
    if question.accepted:
        return f"The answer: {' or '.join(question.accepted)}"
    return ""


def tutor_lines(question: Question, made: Explanation) -> list[str]:
    """The tutor's own answer with its confidence in each choice."""
    answer, steps = made.answer, made.steps
    if answer.choice is None:
        if key_line(question):
            return [f"The tutor's answer: {answer.text}"] if answer.text else []
        if step := saying.step_said(answer, steps):
            return [f"{saying.how_sure(answer, steps)} step {steps.index(step) + 1}."]
        return [saying.reply(made)]
    said = f"The tutor's answer: {choice_line(question, answer.choice)}, {share(answer.confidence)} sure."
    if not answer.sure:
        likely = " or ".join(choice_line(question, index) for index in answer.likeliest)
        said = f"The tutor is not sure. Likeliest: {likely}"
    bars = [
        f"{LETTERS[index]}) {share(value):>4} {bar(value)}"
        for index, value in enumerate(answer.probabilities)
    ]
    lines = [said, *bars]
    if question.answer is not None and answer.choice != question.answer:
        lines.append(_disagreement(answer))
    return lines


def _disagreement(answer: Answer) -> str:
    if not answer.sure:
        return f"It leans towards {LETTERS[answer.choice or 0]}; the bank's key counts."
    return "The tutor disagrees with the bank's key here. One of them is wrong: ask your teacher."


def bar(value: float, width: int = 20) -> str:
    """A share in plain characters."""
    full = round(value * width)
    return "#" * full + "." * (width - full)


def choice_of(said: str, question: Question) -> tuple[int, int | None] | None:
    """`b`, `B)`, `2` or, with how sure, `b 3`: the choice's index and the certainty."""
    match = re.fullmatch(r"\(?([A-Ha-h]|[1-8])[).:]?(?:\s+([123]))?", said)
    if not match:
        return None
    label = match[1]
    index = int(label) - 1 if label.isdigit() else LETTERS.index(label.upper())
    certainty = int(match[2]) if match[2] else None
    return (index, certainty) if index < len(question.choices) else None


def ask_certainty(talk: Talk) -> int:
    """How sure, 1 to 3."""
    words = ", ".join(f"{level} {word}" for level, word in marking.CERTAINTY_WORDS.items())
    return talk.ask_number(f"How sure are you? {words}:", marking.CERTAINTIES)


def answer_in(said: str) -> tuple[str, bool]:
    """What is left of a line without the `=` that makes it an answer whatever it says; whether it had one."""
    return (said[1:].strip(), True) if said.startswith("=") and len(said) > 1 else (said, False)


def run_command(
    said: str, alone: Mapping[str, Callable[[], object]], with_more: Mapping[str, Callable[[str], object]]
) -> bool:
    """Run the command that a line is, or the one of those `with_more` words that it begins with."""
    if command := alone.get(said.casefold()):
        command()
        return True
    word, _, rest = said.partition(" ")
    if told := with_more.get(word.casefold()):
        told(rest.strip())
        return True
    return False
