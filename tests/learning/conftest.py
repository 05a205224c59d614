"""A history and a profile for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor_app.learning.history import History
from tutor_app.learning.records import Profile


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(tmp_path / "history" / "history.db") as opened:
        yield opened


@pytest.fixture
def ann(history: History) -> Profile:
    return history.profile("Ann")
