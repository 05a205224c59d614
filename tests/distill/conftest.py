"""Tiny packages of both families, made once."""

from pathlib import Path

import pytest

from tests.tiny_students import make_package
from tutor_app.students.engine import Family


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[Family, Path]:
    """A package of each family with its originals in `originals/`."""
    place = tmp_path_factory.mktemp("packages")
    return {family: make_package(place / family.value, family) for family in Family}


@pytest.fixture(scope="session")
def other_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decoder-only package with other weights."""
    return make_package(tmp_path_factory.mktemp("other") / "other", Family.DECODER, seed=5)
