"""Look at one question with its answer and explanation: from a result, a list of mistakes or a bank."""

from tutor_app.learning.records import Item, Mode
from tutor_app.learning.session import Session
from tutor_app.tui.screens.sitting import SittingScreen


class LookScreen(SittingScreen):
    """Everything is shown at once and nothing is recorded."""

    HELP = """## Look
The question, its answer and the whole explanation. Nothing here counts.
"""
    leading = True

    def __init__(
        self, item: Item, picked: int | None = None, title: str = "", author_first: bool = False
    ) -> None:
        super().__init__(Session(Mode.LEARN, [item]), title)
        self._answered, self.author_first = picked, author_first

    def _begin_turn(self) -> None:
        super()._begin_turn()
        self.where(self._title or "Look")
        self._picked = self._answered
        self._use_bank_while_tutor_wakes()
        self.turn.reveal()
        self.turn.show_all()
        self._show()
        self.set_focus(None)

    def action_next(self) -> None:
        self._leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in {"explain", "step", "mark"} and super().check_action(action, parameters)

    def _keep(self, final: bool = False) -> None:
        """Looking is no attempt."""

    def _save(self) -> None:
        """Looking is no session."""
