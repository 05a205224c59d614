"""How options are scored, by name, so that figures can be held against published ones. A protocol is data."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tutor_app.errors import UserError
from tutor_app.students.prompts import MOST_OPTION_TOKENS, DecoderFrame, PlainEncoder, Prompt


class Measure(StrEnum):
    """What an option's log-likelihood is divided by before options are compared."""

    SUM = "sum"
    TOKENS = "tokens"
    CHARACTERS = "characters"
    PACKAGE = "package"  # the package's calibration: its weights, length powers and temperature


@dataclass(frozen=True, slots=True)
class Protocol:
    """A name, what a question becomes, and how its options are compared.

    `before` and `after` frame the question's text. With `chat` the text goes through the students' own prompt
    and the option is closed by the end token; without it the option follows as plain text, after a space.
    """

    name: str
    about: str
    measure: Measure
    chat: bool = True
    before: str = ""
    after: str = ""

    def text(self, question: str) -> str:
        """The question as this protocol words it."""
        return f"{self.before}{question}{self.after}"


class PlainFrame(DecoderFrame):
    """No chat turns and no end token: the option continues the text, as published evaluations score it."""

    def prompt_ids(self, encoder: PlainEncoder, prompt: Prompt) -> list[int]:
        """The text as it stands."""
        return encoder.encode_plain(prompt.user)

    def reply_ids(self, encoder: PlainEncoder, text: str, most: int = MOST_OPTION_TOKENS) -> list[int]:
        """The option after a space."""
        return encoder.encode_plain(f" {text}")[:most]


PROTOCOLS = {
    each.name: each
    for each in (
        Protocol("tutor", "as the app answers: the package's own joining of routes", Measure.PACKAGE),
        Protocol("sum", "the students' prompt; summed log-likelihood of the option", Measure.SUM),
        Protocol("mean", "the students' prompt; mean log-likelihood per token", Measure.TOKENS),
        Protocol(
            "acc",
            "as published `acc` of ARC and SciQ: 'Question: … Answer:', summed log-likelihood",
            Measure.SUM,
            chat=False,
            before="Question: ",
            after="\nAnswer:",
        ),
        Protocol(
            "acc_norm",
            "as published `acc_norm`: the same, divided by the option's length in characters",
            Measure.CHARACTERS,
            chat=False,
            before="Question: ",
            after="\nAnswer:",
        ),
    )
}


def protocol_named(name: str) -> Protocol:
    """The protocol of that name."""
    if name not in PROTOCOLS:
        raise UserError(f"There is no protocol {name!r}; choose one of {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[name]


def compared(
    measure: Measure, sums: Sequence[float], tokens: Sequence[int], choices: Sequence[str]
) -> list[float]:
    """The options' scores under a measure that needs no package."""
    if measure is Measure.TOKENS:
        return [total / max(count, 1) for total, count in zip(sums, tokens, strict=True)]
    if measure is Measure.CHARACTERS:
        return [total / max(len(choice), 1) for total, choice in zip(sums, choices, strict=True)]
    return list(sums)
