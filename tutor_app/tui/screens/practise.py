"""Practise: answer first, say how sure you are, then see why."""

from tutor_app.tui.screens.sitting import SittingScreen


class PractiseScreen(SittingScreen):
    """Answer, certainty, verdict, explanation, next."""

    HELP = """## Practise
Pick a choice, then say how sure you are. A right answer is worth more the surer you are, and a wrong one
costs more: so be honest. After a miss you may try again. **n** says 'I don't know', which costs nothing,
and **t** gives a hint. Then the explanation comes, and **Enter** goes on.
"""
    GUIDE = "practise"

    def invitation(self) -> str:
        return "Pick an answer first; the explanation comes after it."
