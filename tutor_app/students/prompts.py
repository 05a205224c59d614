"""Every prompt, in one place: training and the app must show a student the same words.

`VERSION` changes whenever a prompt changes; a package records the version it was trained with, and the app
refuses another. Text a user typed is only ever encoded as plain text: control tokens come from the frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

VERSION = 1
MOST_QUESTION_TOKENS = 640
MOST_OPTION_TOKENS = 60


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a student is asked, and how its reply begins (empty for a reply from the start)."""

    user: str
    reply: str = ""


def answer_prompt(text: str, rationale: Sequence[str] = ()) -> Prompt:
    """The answer student reads the question, with or without a rationale; options are scored after it."""
    thinking = "\n" + " ".join(rationale) if rationale else ""
    return Prompt(text + thinking)


def rationale_prompt(
    text: str, choices: Sequence[str] = (), supposed: str = "", facts: Sequence[str] = ()
) -> Prompt:
    """The rationale student explains why `supposed` (if given) answers the question.

    Facts come first in its reply, one a line: those chosen are given, and the student goes on with the step
    that applies them.
    """
    lines = [text]
    if choices:
        lines.append("Choices: " + "; ".join(choices))
    if supposed:
        lines.append("Answer: " + supposed)
    lines.append("Explain.")
    return Prompt("\n".join(lines), "".join(fact + "\n" for fact in facts))


def plain_prompt() -> Prompt:
    """Facts are learned after this, where there is no question."""
    return Prompt("Explain.")


class PlainEncoder(Protocol):
    """Encodes text so that control tokens typed in it stay plain text."""

    def encode_plain(self, text: str) -> list[int]: ...

    def control(self, token: str) -> int: ...


@dataclass(frozen=True, slots=True)
class DecoderFrame:
    """How a decoder-only (Llama family) student sees a prompt: one chat turn, then the reply."""

    turn: str = "<|im_start|>"
    end: str = "<|im_end|>"

    def prompt_ids(self, encoder: PlainEncoder, prompt: Prompt) -> list[int]:
        """The ids a reply continues."""
        turn, end = encoder.control(self.turn), encoder.control(self.end)
        user = encoder.encode_plain("user\n" + prompt.user)[:MOST_QUESTION_TOKENS]
        ids = [turn, *user, end, *encoder.encode_plain("\n"), turn, *encoder.encode_plain("assistant\n")]
        return ids + (encoder.encode_plain(prompt.reply) if prompt.reply else [])

    def reply_ids(self, encoder: PlainEncoder, text: str, most: int = MOST_OPTION_TOKENS) -> list[int]:
        """A reply's ids, closed by the end token."""
        return [*encoder.encode_plain(text)[:most], encoder.control(self.end)]


@dataclass(frozen=True, slots=True)
class EncoderDecoderFrame:
    """How an encoder-decoder (T5 family) student sees a prompt: the turn is encoded, the reply decoded."""

    end: str = "</s>"

    def source_ids(self, encoder: PlainEncoder, prompt: Prompt) -> list[int]:
        """The encoder's input."""
        return [*encoder.encode_plain(prompt.user)[:MOST_QUESTION_TOKENS], encoder.control(self.end)]

    def start_ids(self, encoder: PlainEncoder, prompt: Prompt) -> list[int]:
        """How the decoder is told to begin its reply: its first ids."""
        return encoder.encode_plain(prompt.reply) if prompt.reply else []

    def reply_ids(self, encoder: PlainEncoder, text: str, most: int = MOST_OPTION_TOKENS) -> list[int]:
        """A reply's ids, closed by the end token."""
        return [*encoder.encode_plain(text)[:most], encoder.control(self.end)]
