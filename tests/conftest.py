"""Every test gets a home of its own and no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.no_network import Guard
from tutor_app.students.engine import Family


@pytest.fixture(autouse=True)
def tutor_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders, empty and private to the test."""
    home = tmp_path / "tutor-home"
    monkeypatch.setenv("TUTOR_HOME", str(home))
    return home


GUARD = Guard()


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest) -> Iterator[Guard]:
    """Sockets are refused; `@pytest.mark.loopback` lets a test talk to a server of its own."""
    GUARD.tried.clear()
    GUARD.loopback = request.node.get_closest_marker("loopback") is not None
    GUARD.active = True
    yield GUARD
    GUARD.active = False
    assert not GUARD.tried, f"something tried the network: {GUARD.tried}"


@pytest.fixture(scope="session")
def tiny_packages(tmp_path_factory: pytest.TempPathFactory) -> dict[Family, Path]:
    """A student package of each family, with random weights; copy one before changing it."""
    from tests.tiny_students import make_package

    folder = tmp_path_factory.mktemp("students")
    return {family: make_package(folder / family, family) for family in Family}
