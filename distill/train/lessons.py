"""Lessons: how a question, its facts and its steps become training examples.

The prompts are the app's own, so a student is trained on exactly what it will be asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from distill.corpus import Item
from distill.train.examples import Example, Task
from tutor_app.students.encoder import Encoder
from tutor_app.students.engine import Family
from tutor_app.students.prompts import (
    MOST_OPTION_TOKENS,
    DecoderFrame,
    EncoderDecoderFrame,
    Prompt,
    answer_prompt,
    plain_prompt,
    rationale_prompt,
)

MOST_WRITTEN_TOKENS = 240


@dataclass(frozen=True, slots=True)
class Lessons:
    """Makes examples for one family of students."""

    encoder: Encoder
    frame: DecoderFrame | EncoderDecoderFrame

    @classmethod
    def of(cls, encoder: Encoder, family: Family) -> "Lessons":
        """Lessons for a family's frame."""
        return cls(encoder, DecoderFrame() if family is Family.DECODER else EncoderDecoderFrame())

    def answer(self, item: Item, rationale: Sequence[str] = ()) -> Example:
        """Prefer the right option after the question and perhaps a rationale; write it if there are none."""
        prompt = answer_prompt(item.question, rationale)
        if item.answer is None:
            return self._example(Task.WRITE, prompt, (item.key,))
        return self._example(Task.ANSWER, prompt, item.choices, item.answer)

    def choose(self, item: Item, own: str, others: Sequence[str], told: bool, weight: float) -> Example:
        """Prefer the question's own fact to its neighbours in the fact base."""
        prompt = rationale_prompt(item.question, (), item.key if told else "")
        return self._example(Task.CHOOSE, prompt, (own, *others), 0, weight)

    def write(self, item: Item, facts: Sequence[str], told: bool, weight: float) -> Example:
        """Write the steps that apply the facts (or, without facts, the whole rationale)."""
        prompt = rationale_prompt(item.question, item.choices, item.key if told else "", facts)
        lines = item.steps if facts else item.rationale
        return self._example(Task.WRITE, prompt, ("\n".join(lines),), weight=weight)

    def read(self, facts: Sequence[str]) -> Example:
        """Read a few facts, one a line."""
        return self._example(Task.WRITE, plain_prompt(), ("\n".join(facts),))

    def _example(
        self, task: Task, prompt: Prompt, replies: Sequence[str], right: int = 0, weight: float = 1.0
    ) -> Example:
        ids, begun = self._asked(prompt)
        most = MOST_WRITTEN_TOKENS if task is Task.WRITE else MOST_OPTION_TOKENS
        closed = tuple((*begun, *self.frame.reply_ids(self.encoder, reply, most)) for reply in replies)
        return Example(task, ids, closed, right, weight)

    def _asked(self, prompt: Prompt) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The prompt's ids, and the begun reply where it belongs to the reply (encoder-decoders)."""
        if isinstance(self.frame, DecoderFrame):
            return tuple(self.frame.prompt_ids(self.encoder, prompt)), ()
        begun = tuple(self.encoder.encode_plain(prompt.reply)) if prompt.reply else ()
        return tuple(self.frame.source_ids(self.encoder, prompt)), begun
