"""Review: questions come back just before they would be forgotten."""

from tutor_app.tui.screens.practise import PractiseScreen


class ReviewScreen(PractiseScreen):
    """Practise with the questions that are due; a missed one comes once more at the end."""

    HELP = """## Review
These questions are due: you met them before, and now is the time to see whether you still know them. A
question you miss comes once more at the end. How sure you were decides when it comes back.
"""
    GUIDE = "review"
