"""Learn: think, take a hint, be led through the explanation step by step, then see the answer."""

from tutor_app.tui.screens.sitting import SittingScreen


class LearnScreen(SittingScreen):
    """Leads to the answer; 'I know it' answers at any point."""

    HELP = """## Learn
Read the question and think. **Space** shows the explanation one step at a time, **Enter** shows all of it,
and after the last step comes the answer. **t** gives a small hint first.

Do you know it already? Press the letter of your choice (or **k** and then use the arrows) at any time.
**o** shows the explanation of the question's author, if there is one.
"""
    GUIDE = "learn"
    leading = True

    def invitation(self) -> str:
        return "Think about it first. Space explains it step by step; t gives a hint."
