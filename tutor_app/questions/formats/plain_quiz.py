"""A typed quiz as its lines come in: which question a line belongs to, and the list of answers at the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tutor_app.questions.formats.plain_keys import (
    Entry,
    entries_of,
    is_answer_line,
    is_table_head,
    letter_entries,
    list_after,
    restarts_as_list,
)
from tutor_app.questions.formats.plain_lines import (
    Line,
    asks_truth,
    explanation_of,
    hint_of,
    is_furniture,
    is_heading,
    is_letter,
    key_behind,
    key_of,
    number_of,
)
from tutor_app.questions.formats.plain_options import begins_options, is_bullet, is_option
from tutor_app.questions.formats.reading import MOST_TEXT


@dataclass(slots=True)
class Block:
    """One question as its lines come in.

    `sign` stands behind its number, `part` counts the lists of answers before it, `key_first` says that its
    options follow its key, `statements` is the last number of statements inside it, and `after_truth` says
    that true or false was asked for above it.
    """

    place: str
    number: int | None = None
    sign: str = ""
    section: str = ""
    part: int = 0
    body: list[Line] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    hint: str = ""
    has_options: bool = False
    key_first: bool = False
    is_over: bool = False
    statements: int = 0
    after_truth: bool = False

    def add(self, line: Line) -> None:
        """One more line of its text or its options."""
        begins = begins_options(line) or (self.number is None and is_bullet(line))
        self.key_first = self.key_first or (begins and bool(self.keys))
        self.has_options = self.has_options or begins
        self.body.append(line)


@dataclass(slots=True)
class Quiz:
    """The questions of a text, its lists of answers, and the texts beside the questions.

    An entry of a list stands with the part and the section of the quiz that it answers.
    """

    is_numbered: bool = False
    blocks: list[Block] = field(default_factory=list)
    entries: list[tuple[int, str, Entry]] = field(default_factory=list)
    beside: list[Line] = field(default_factory=list)


def quiz_of(lines: Iterable[Line]) -> Quiz:
    """Sort the lines of a text into questions and answers."""
    kept: list[Line] = []
    for line in lines:
        if kept and key_of(kept[-1].text) == "" and is_letter(line.text):
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text} {line.text}", looks="")
        elif not is_furniture(line.text):
            kept.append(line)
    return _Sorter(kept).sorted()


def _is_numbered(lines: Sequence[Line]) -> bool:
    """More questions begin with a number than without; numbers inside a question are statements."""
    groups = opened = last = 0
    opening = since = False
    before: Line | None = None
    for line in lines:
        number = _number(line)
        opening = number is not None and (
            opening
            or number[0] == last + 1 > 1
            or before is None
            or _may_begin(line, before, number[0] == 1 and not last)
        )
        if number and opening:
            since, last = True, number[0]
        if begins_options(line) and not (before and is_option(before)):
            groups, opened, since = groups + 1, opened + since, False
        before = line
    return opened * 2 > groups if groups else last > 0


def _may_begin(line: Line, before: Line, first: bool) -> bool:
    """Whether a question may begin on the line after another."""
    said = (key_of(before.text), explanation_of(before.text), list_after(before.text))
    if is_option(before) or is_heading(before.text) or any(each is not None for each in said):
        return True
    return (line.apart or first) and not before.text.endswith((":", "?"))


def _number(line: Line) -> tuple[int, int, str] | None:
    return number_of(line.text) if len(line.text) <= MOST_TEXT else None


def _closing(lines: Sequence[Line]) -> list[bool]:
    """Of each line, whether a list of answers may begin with it: only answers follow, up to the next part.

    An option or a key behind them shows that they belong to a question.
    """
    closes = [False] * len(lines)
    ends = True
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if is_answer_line(line.text):
            closes[at] = ends
        elif explanation_of(line.text) is None:
            ends = is_heading(line.text) or list_after(line.text) is not None or bool(_number(line))
    return closes


class _Sorter:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.quiz = Quiz(_is_numbered(lines))
        self.block: Block | None = None
        self.loose: list[Line] = []
        self.section = ""
        self.part = 0
        self.in_list = False
        self.truth = False
        self.closes = _closing(lines)

    def sorted(self) -> Quiz:
        before: Line | None = None
        for at, line in enumerate(self.lines):
            following = self.lines[at + 1] if at + 1 < len(self.lines) else None
            self._take(at, line, before, following)
            before = line
        self.quiz.beside += self.loose
        return self.quiz

    def _take(self, at: int, line: Line, before: Line | None, following: Line | None) -> None:
        text = line.text
        self.truth = self.truth or (not _number(line) and asks_truth(text))
        if len(text) > MOST_TEXT:
            self._take_text(line)
        elif is_heading(text):
            self._take_heading(text, self.lines[at + 1 : at + 3])
        elif (rest := list_after(text)) is not None and (self.quiz.blocks or rest):
            self._begin_list(line, rest)
        elif self.in_list and not self._ends_list(line, following):
            self._take_answer(line, before)
        elif self.closes[at] and self._restarts(line, following):
            self._begin_list(line, text)
        elif (number := _number(line)) and self._begins(line, number):
            self._begin(line, number)
        elif not self._take_remark(line):
            self._take_text(line)

    def _take_heading(self, text: str, below: Sequence[Line]) -> None:
        """A section begins; within a list of answers it goes on with the answers to that section."""
        self._end()
        self.section = " ".join(text.lower().split()[:2]).rstrip(":.-–—")
        self.truth = asks_truth(text)
        if self.in_list and not any(is_answer_line(line.text) or entries_of(line, None) for line in below):
            self.in_list, self.part = False, self.part + 1

    # Lists of answers

    def _restarts(self, line: Line, following: Line | None) -> bool:
        """A list without a heading begins; what stands in an unfinished question is something to match."""
        block = self.block
        if block is None or not (block.has_options or block.keys):
            return False
        return restarts_as_list(line, following, block.number or 0)

    def _begin_list(self, line: Line, rest: str) -> None:
        self._end()
        self.in_list = True
        if rest:
            self._take_answer(line.cut(len(line.text) - len(rest)), None)

    def _ends_list(self, line: Line, following: Line | None) -> bool:
        """A question begins: its options or its key follow, or it ends in a question mark."""
        ends = begins_options(line)
        if _number(line) and not letter_entries(line.text):
            asked = line.text.endswith("?")
            ends = ends or asked or bool(following and key_of(following.text) is not None)
        ends = ends or bool(_number(line) and following and begins_options(following))
        if ends:
            self.in_list, self.part = False, self.part + 1
        return ends

    def _take_answer(self, line: Line, before: Line | None) -> None:
        if is_table_head(line.text):
            return
        entries = entries_of(line, before)
        self.quiz.entries += [(self.part, self.section, entry) for entry in entries]
        if not entries and self.quiz.entries and (why := explanation_of(line.text)):
            self.quiz.entries[-1][2].explanation.append(why)

    # Questions

    def _begins(self, line: Line, number: tuple[int, int, str]) -> bool:
        """Whether a number begins a question, and not a statement inside of one."""
        block, (value, _, sign) = self.block, number
        if not self.quiz.is_numbered:
            return False
        if block is None or block.is_over or block.number is None:
            return True
        in_explanation = bool(block.explanation) and not line.apart
        if not in_explanation and (block.keys or block.has_options):
            return True
        if value == block.number + 1 and sign == block.sign and not block.statements:
            return True
        if value == 1 or (block.statements and value == block.statements + 1):
            block.statements = value
            return False
        return True

    def _begin(self, line: Line, number: tuple[int, int, str]) -> None:
        value, end, sign = number
        self._open(Block(line.place, value, sign))
        if (rest := line.cut(end)).text:
            self._add(rest)

    def _open(self, block: Block) -> None:
        self._end()
        self.quiz.beside += self.loose
        self.loose = []
        block.section, block.part, block.after_truth = self.section, self.part, self.truth
        self.block = block
        self.quiz.blocks.append(block)

    def _add(self, line: Line) -> None:
        """A line of the question, behind which its key may stand."""
        if not self.block:
            return
        behind = key_behind(line.text) if len(line.text) <= MOST_TEXT else None
        self.block.add(line.cut(0, behind[0]) if behind else line)
        if behind:
            self.block.keys.append(behind[1])

    def _end(self) -> None:
        if self.block:
            self.block.is_over = True

    def _take_remark(self, line: Line) -> bool:
        """A key, an explanation or a hint of the question that is being read."""
        key, why, hint = key_of(line.text), explanation_of(line.text), hint_of(line.text)
        if key is not None and self.loose and not self.quiz.is_numbered:
            self._open_loose()
        block = self.block
        if block is None or block.is_over or not block.body:
            return False
        if key is not None:
            block.keys += [key.strip()] if key.strip() else []
        elif why is not None and (block.has_options or block.keys):
            block.explanation.append(why)
        elif hint is not None:
            block.hint = hint
        else:
            return False
        return True

    def _take_text(self, line: Line) -> None:
        block = self.block
        if block and not block.is_over:
            if block.explanation and not line.apart:
                block.explanation.append(line.text)
                return
            if _belongs(block, line):
                self._add(line)
                return
        self._end()
        self.loose.append(line)
        begins = begins_options(line) or (is_bullet(line) and not self.quiz.is_numbered)
        if begins and (len(self.loose) > 1 or not is_option(line)):
            self._open_loose()

    def _open_loose(self) -> None:
        """A question without a number, out of the text since the last question."""
        first = self._first_of_stem()
        stem, self.loose = self.loose[first:], self.loose[:first]
        self._open(Block(stem[0].place))
        for line in stem:
            self._add(line)

    def _first_of_stem(self) -> int:
        """Where it begins: above the first question stands a title, and a question mark ends a question."""
        last = len(self.loose) - (1 if is_option(self.loose[-1]) else 0)
        whole = bool(self.quiz.blocks) and not self.quiz.is_numbered
        for at in range(last - 1, 0, -1):
            before = self.loose[at - 1]
            if self.loose[at].apart and (not whole or before.text.endswith("?") or is_option(before)):
                return at
        return 0


def _belongs(block: Block, line: Line) -> bool:
    """The text of a question, then its options and their further lines; these may stand behind its key."""
    if block.explanation or (block.keys and not block.key_first):
        return bool(block.keys) and not block.has_options and begins_options(line)
    return is_option(line) or not (block.has_options and line.apart)
