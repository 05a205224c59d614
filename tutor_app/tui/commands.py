"""The command palette: what can be done on the current screen, every place, and every topic."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tutor_app.tui.app import SCREENS, TutorApp
from tutor_app.tui.desk import Topic
from tutor_app.tui.screens.home import HomeScreen
from tutor_app.tui.widgets.key_bar import key_name

_PLACES = {
    "learn": "Learn: questions explained step by step",
    "practise": "Practise: answer first, then see why",
    "test": "Test: no help until the end",
    "review": "Review what is due",
    "continue": "Go on where you left",
    **{name: name.capitalize() for name in SCREENS},
}
Command = tuple[str, str, Callable[[], object]]


class TutorCommands(Provider):
    """Commands of the screen first, then places and topics."""

    @property
    def _tutor(self) -> TutorApp:
        return cast(TutorApp, self.app)

    def _commands(self) -> Iterator[Command]:
        yield from self._here()
        for place, text in _PLACES.items():
            yield text, "", partial(self._tutor.go, place)
        for look in self._tutor.looks():
            yield f"Colours: {look.title}", "", partial(self._tutor.set_look, look.name)
        yield "Save a picture of the screen", "F2", self._tutor.action_screenshot
        yield "Quit", "Ctrl+Q", self._tutor.action_leave

    def _here(self) -> Iterator[Command]:
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            wanted = active.enabled and binding.show and binding.description and not binding.system
            if wanted and binding.action not in seen:
                seen.add(binding.action)
                text = binding.description[0].upper() + binding.description[1:]
                yield (
                    text,
                    f"key {key_name(binding.key)}",
                    partial(self.app.call_next, self.app.run_action, binding.action, active.node),
                )

    def _topics(self) -> Iterator[Command]:
        home = self.app.screen_stack[0]
        topics: tuple[Topic, ...] = home.topics if isinstance(home, HomeScreen) else ()
        for topic in topics:
            yield f"Learn: {topic.name}", "", partial(self._tutor.start, "learn", topic)
            yield f"Practise: {topic.name}", "", partial(self._tutor.start, "practise", topic)

    async def discover(self) -> Hits:
        for text, help, run in self._commands():
            yield DiscoveryHit(Content(text), run, text, help or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for text, help, run in (*self._commands(), *self._topics()):
            score, places = matcher.fuzzy_search.match(query, text)
            if score > 0:
                shown = Content(text)  # titles come from outside: Textual's own highlight reads markup
                for place in places:
                    shown = shown.stylize("bold $accent", place, place + 1)
                yield Hit(score, shown, run, text, help or None)
