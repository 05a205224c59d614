"""The ways to an answer that can be measured: from the question alone, or after one kind of explanation."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tutor_app.errors import UserError
from tutor_app.students.explanation import Settings, Style

QUESTION = "question"
ROUTES = (QUESTION, "rationale", "both", "facts", "free", "auto")
_STYLES = {"free": Settings(style=Style.FREE), "auto": Settings(style=Style.AUTO)}


def parse_routes(text: str) -> tuple[str, ...]:
    """`question,both,samples=4` as routes; an unknown one is named."""
    routes = [part.strip() for part in text.replace("+", ",").split(",") if part.strip()]
    for route in routes:
        samples = route.removeprefix("samples=")
        counted = route.startswith("samples=") and samples.isdigit() and 1 <= int(samples) <= 32
        if route not in ROUTES and not counted:
            raise UserError(
                f"There is no route {route!r}; routes are {', '.join(ROUTES)} and samples=K (1 to 32)."
            )
    if not routes:
        raise UserError(f"Name at least one route: {', '.join(ROUTES)} or samples=K.")
    return tuple(dict.fromkeys(routes))


def settings_of(route: str) -> Settings:
    """How the tutor explains on a route."""
    if route.startswith("samples="):
        return replace(Settings(), samples=int(route.removeprefix("samples=")))
    return _STYLES.get(route, Settings())


def explained_routes(routes: Sequence[str]) -> Iterator[str]:
    """The routes for which the rationale student must write."""
    return (route for route in routes if route != QUESTION)
