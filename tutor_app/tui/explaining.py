"""An explanation on its way: made in a thread, handed over as messages."""

import threading

from textual.message import Message
from textual.message_pump import MessagePump

from tutor_app import log
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Explainer, Explanation, Settings, Step


class Arrived(Message):
    """A step or the whole explanation of the question that `ticket` stands for."""

    def __init__(self, ticket: object, what: Step | Explanation) -> None:
        super().__init__()
        self.ticket, self.what = ticket, what


class Failed(Message):
    """The tutor could not explain it."""

    def __init__(self, ticket: object) -> None:
        super().__init__()
        self.ticket = ticket


class Explaining:
    """One request to the tutor; `cancel` stops it, and what comes after is not posted."""

    def __init__(self, to: MessagePump, explainer: Explainer, question: Question, settings: Settings) -> None:
        self._to, self._explainer, self._question, self._settings = to, explainer, question, settings
        self._cancel = threading.Event()
        threading.Thread(target=self._run, name="explaining", daemon=True).start()

    def cancel(self) -> None:
        """The student went on."""
        self._cancel.set()

    def _run(self) -> None:
        try:
            for what in self._explainer.explain(self._question, self._settings, self._cancel):
                if self._cancel.is_set():
                    return
                self._to.post_message(Arrived(self, what))
        except Exception as error:
            log.keep(error)
            self._to.post_message(Failed(self))
