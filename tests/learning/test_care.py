"""Words typed in distress get a kind sentence and no science; science that sounds like it is answered."""

import pytest

from tutor_app.errors import UserError
from tutor_app.learning.care import send_to_a_person
from tutor_app.learning.pasted import recognise


@pytest.mark.parametrize(
    "typed",
    [
        "i feel sad and want to die",
        "I wish I was dead",
        "how can I kill myself?",
        "i don’t want to live anymore",
    ],
)
def test_distress_is_sent_to_a_person(typed: str) -> None:
    with pytest.raises(UserError, match="talk to somebody"):
        recognise(typed).question()


@pytest.mark.parametrize(
    "typed",
    [
        "Why do stars die?",
        "What kills bacteria?",
        "Why do I want to sleep when it is dark?",
        "What stops the bleeding when I cut myself?",
        "What should I do if I hurt myself in the lab?",
        "Which plants die if we do not want to live without light?",
    ],
)
def test_science_is_no_distress(typed: str) -> None:
    send_to_a_person(typed)
