"""A question pasted or typed as text: which part is the question, which are the choices, which is the key."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor_app.errors import UserError
from tutor_app.learning.care import send_to_a_person
from tutor_app.questions import text as texts
from tutor_app.questions.model import MOST_CHOICES, Question

_START = r"(?P<mark>[*✓✔]\s*)?[(\[]?(?P<label>[A-Za-z]|\d{1,2})"
_LABELLED_LINE = re.compile(_START + r"(?:[.)\]:]+\s*|\s+[-–]\s+)(?P<text>\S.*)")
_INLINE = re.compile(r"(?:(?<=\s)|^)" + _START + r"[.)\]:]+\s+(?=\S)")
_NUMBER = re.compile(r"(?:question\s*|q)?\d{1,3}\s*[.):]\s+(?=\S)", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:[-–—*•◦▪○●‣·]|\[(?P<box>[ xX✓])\]|[☐☑◯])\s+(?P<text>\S.*)")
_ANSWER = re.compile(
    r"\s*(?:the\s+)?(?:correct\s+|right\s+)?(?:answer|key)(?:\s+is)?\s*[:=]?\s+[(\[]?(?P<label>[A-Za-z]|\d)[)\].]?\s*",
    re.IGNORECASE,
)
_TICK = re.compile(r"\s*[✓✔]\s*$")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was recognised; everything can still be edited. `answer` is an index into `choices`."""

    text: str
    choices: tuple[str, ...] = ()
    answer: int | None = None

    def question(self) -> Question:
        """As a question, whose id follows from its words."""
        if not self.text.strip():
            raise UserError("Type or paste a question first.")
        send_to_a_person("\n".join((self.text, *self.choices)))
        digest = hashlib.sha256("\0".join((self.text, *self.choices)).encode()).hexdigest()[:12]
        try:
            return Question(f"own-{digest}", self.text, self.choices, self.answer, source="typed in")
        except ValueError as error:
            raise UserError(f"This cannot be used as a question yet: {error}.") from error


def recognise(pasted: str) -> Pasted:
    """Find the choices: `A) …`, `a. …`, `1) …`, bullets, all in one line, or one a line after the text."""
    lines = [line.strip() for line in texts.plain(pasted).split("\n")]
    lines, label = _take_answer_line([line for line in lines if line])
    found = _first(lines, (_labelled, _bulleted, _inline, _one_a_line))
    if found is None:
        return Pasted(" ".join(lines) if len(lines) < 2 else "\n".join(lines))
    text, choices, answer = found.text, found.choices, found.answer
    if label and answer is None:
        answer = _index_of(label, len(choices))
    return Pasted(text, choices, answer)


def _first(lines: list[str], ways: Sequence[Callable[[list[str]], Pasted | None]]) -> Pasted | None:
    return next((found for way in ways if (found := way(lines))), None)


def _take_answer_line(lines: list[str]) -> tuple[list[str], str]:
    """`Answer: B` on the last line is the key, not a choice."""
    match = _ANSWER.fullmatch(lines[-1]) if len(lines) > 1 else None
    return (lines[:-1], match["label"]) if match else (lines, "")


def _labelled(lines: list[str]) -> Pasted | None:
    """Lines that begin with A), (b), 1. and so on; lines without a label go on with the choice before."""
    labels = [_LABELLED_LINE.fullmatch(line) for line in lines]
    start = _last_start([match["label"] if match else "" for match in labels])
    if start is None or start == 0:
        return None
    choices: list[str] = []
    answer = None
    for line, match in zip(lines[start:], labels[start:], strict=True):
        if match and _index_of(match["label"], len(choices) + 1) == len(choices):
            text, ticked = _unticked(match["text"], match["mark"])
            answer = len(choices) if ticked else answer
            choices.append(text)
        else:
            choices[-1] += " " + line
    return _made(lines[:start], choices, answer)


def _last_start(labels: Sequence[str]) -> int | None:
    """Where the last run of labels begins that counts A, B, … (a numbered list may stand in the question)."""
    for start in range(len(labels) - 1, -1, -1):
        if labels[start] in ("A", "a", "1"):
            after = [label for label in labels[start:] if label]
            if len(after) >= 2 and _index_of(after[1], 2) == 1 and after[1].isalpha() == after[0].isalpha():
                return start
    return None


def _bulleted(lines: list[str]) -> Pasted | None:
    bullets = [_BULLET.fullmatch(line) for line in lines]
    start = next((i for i, match in enumerate(bullets) if match), 0)
    if start == 0 or not all(bullets[start:]):
        return None
    choices: list[str] = []
    answer = None
    for match in filter(None, bullets[start:]):
        text, ticked = _unticked(match["text"], (match["box"] or "").strip())
        answer = len(choices) if ticked else answer
        choices.append(text)
    return _made(lines[:start], choices, answer)


def _inline(lines: list[str]) -> Pasted | None:
    """`Which …? A) one B) two C) three`, perhaps broken into lines anywhere."""
    whole = " ".join(lines)
    marks = list(_INLINE.finditer(whole))
    start = _last_start([mark["label"] for mark in marks])
    if start is None or marks[start].start() == 0:
        return None
    run = [marks[start]]
    for mark in marks[start + 1 :]:
        if _index_of(mark["label"], len(run) + 1) == len(run):
            run.append(mark)
    ends = [mark.start() for mark in run[1:]] + [len(whole)]
    choices: list[str] = []
    answer = None
    for mark, end in zip(run, ends, strict=True):
        text, ticked = _unticked(whole[mark.end() : end].strip().rstrip(";,"), mark["mark"])
        answer = len(choices) if ticked else answer
        choices.append(text)
    return _made([whole[: run[0].start()].strip()], choices, answer)


def _one_a_line(lines: list[str]) -> Pasted | None:
    """Short lines after the line that ends the question with `?` or `:`."""
    ends = [i for i, line in enumerate(lines) if line.endswith(("?", ":", "…", "___"))]
    if not ends or ends[-1] == len(lines) - 1:
        return None
    after = lines[ends[-1] + 1 :]
    if any(len(line) > 120 for line in after):
        return None
    pairs = [_unticked(line, "") for line in _without_bare_letters(after)]
    answer = next((i for i, (_, ticked) in enumerate(pairs) if ticked), None)
    return _made(lines[: ends[-1] + 1], [text for text, _ in pairs], answer)


def _without_bare_letters(lines: list[str]) -> list[str]:
    """`A iron`, `B wood`: letters that only count the lines."""
    lettered = all(line.startswith(f"{chr(ord('A') + i)} ") for i, line in enumerate(lines))
    return [line[2:] for line in lines] if lettered else lines


def _made(before: Sequence[str], choices: Sequence[str], answer: int | None) -> Pasted | None:
    text = "\n".join(before).strip()
    if len(before) == 1:
        text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    if not text or not 2 <= len(choices) <= MOST_CHOICES or not all(choices):
        return None
    return Pasted(text, tuple(choices), answer)


def _unticked(text: str, mark: str | None) -> tuple[str, bool]:
    ticked = bool(mark) or bool(_TICK.search(text))
    return _TICK.sub("", text).strip(), ticked


def _index_of(label: str, count: int) -> int | None:
    index = int(label) - 1 if label.isdigit() else ord(label.casefold()) - ord("a")
    return index if 0 <= index < count else None
