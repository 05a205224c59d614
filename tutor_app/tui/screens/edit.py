"""Edit a question: its text, choices, key or accepted answers, hint and explanation, each in its field."""

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from tutor_app.errors import UserError
from tutor_app.questions.editing import choice_lines, with_choices
from tutor_app.questions.model import Question
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.choices import LETTERS


class EditScreen(TutorScreen):
    """Gives the changed question, or None."""

    HELP = """## Edit
One choice a line (a line break within it is shown as " / "), one fact or step a line. The key is the letter
of the right choice (empty: no key is known). A question without choices has accepted answers, one a line:
who writes one of them is right.
**Tab** goes from field to field, **F4** saves, **Esc** leaves everything as it was.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "save", "save"),
        Binding("escape", "back", "leave as it was"),
    ]
    place = "Edit"

    def __init__(self, question: Question, explains: bool = True) -> None:
        super().__init__()
        self._question, self._explains = question, explains

    def body(self) -> ComposeResult:
        question = self._question
        key = "" if question.answer is None else LETTERS[question.answer]
        with Vertical(classes="page fields"):
            yield from self._area("text", "Question", question.text)
            yield from self._area("choices", "Choices, one a line", "\n".join(choice_lines(question)))
            yield Static(Content.styled("Key: the letter of the right choice", "$text-muted"))
            yield Input(key, id="key", compact=True)
            accepted = "\n".join(question.accepted)
            yield from self._area("accepted", "Accepted answers, one a line", accepted, "accepted")
            if self._explains:
                yield from self._area("hint", "Hint", question.hint)
                yield from self._area("facts", "Facts, one a line", "\n".join(question.facts))
                yield from self._area("steps", "Steps that apply them, one a line", "\n".join(question.steps))

    def _area(self, id: str, label: str, text: str, classes: str = "") -> ComposeResult:
        yield Static(Content.styled(label, "$text-muted"), classes=classes)
        yield TextArea(text, id=id, classes=classes, compact=True, highlight_cursor_line=False)

    def on_mount(self) -> None:
        self.query_one("#text").focus()
        self._show_accepted()

    @on(TextArea.Changed, "#choices")
    def _show_accepted(self) -> None:
        """Accepted answers are for a question without choices; what stands there is never out of sight."""
        shown = not self._lines("choices") or bool(self._lines("accepted"))
        self.query(".accepted").set(display=shown)

    def action_save(self) -> None:
        self.dismiss(self._changed())

    def _changed(self) -> Question:
        old = self._question
        choices = self._lines("choices")
        letter = self.query_one("#key", Input).value.strip().upper()
        letters = tuple(LETTERS[: len(choices)])
        if letter and letter not in letters:
            ways = f"Type a letter up to {letters[-1]}." if letters else "Add the choices first."
            raise UserError(f"The key {letter} names no choice. {ways}")
        accepted = tuple(dict.fromkeys(self._lines("accepted")))
        if choices and accepted:
            raise UserError(
                "A question with choices has a key, one without has accepted answers. "
                "Empty one of the two fields."
            )
        try:
            changed = replace(
                with_choices(old, choices, LETTERS.index(letter) if letter else None),
                text=self.query_one("#text", TextArea).text.strip(),
                accepted=accepted,
            )
        except ValueError as error:
            raise UserError(f"This cannot be saved yet: {error}.") from error
        if not self._explains:
            return changed
        hint = self.query_one("#hint", TextArea).text.strip()
        return replace(changed, hint=hint, facts=self._lines("facts"), steps=self._lines("steps"))

    def _lines(self, id: str) -> tuple[str, ...]:
        lines = (line.strip() for line in self.query_one(f"#{id}", TextArea).text.split("\n"))
        return tuple(line for line in lines if line)
