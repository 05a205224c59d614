"""A package brings what its student makes of the shipped facts, so that no laptop has to measure it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from distill.package import write_fact_priors
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import Source
from tutor_app.students.chooser import Chooser
from tutor_app.students.engine import Family
from tutor_app.students.packages import Package, read_package, seal
from tutor_app.students.priors import FILE, take_up

FACTS = ("Friction slows a sliding box.", "Plants make sugar from light.", "Ice is solid water.")


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FactBase:
    file = tmp_path / "facts.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in FACTS), "utf-8")
    monkeypatch.setattr("distill.package.shipped_sources", lambda: [Source("shipped", file)])
    return FactBase([Source("shipped", file)])


@pytest.fixture
def package(tiny_packages: dict[Family, Path], tmp_path: Path, facts: FactBase) -> Package:
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_packages[Family.DECODER], folder, ignore=shutil.ignore_patterns("originals"))
    write_fact_priors(folder / "rationale", folder / FILE)
    seal(folder, read_package(folder).manifest)
    return read_package(folder)


def test_what_the_package_brings_is_what_the_student_would_measure(package: Package, facts: FactBase) -> None:
    identity = package.manifest.identity
    take_up(package, facts)
    brought = facts.priors(identity, facts.all())
    assert len(brought) == len(FACTS)
    assert not facts.without_prior(identity, 10)
    chooser = Chooser(package.open("rationale"), facts, package.calibration, "measured here")
    while chooser.measure_more():
        pass
    assert brought == pytest.approx(facts.priors("measured here", facts.all()), rel=1e-3)


def test_a_damaged_file_only_costs_measuring(package: Package, facts: FactBase) -> None:
    (package.folder / FILE).write_bytes(b"PK no such thing")
    seal(package.folder, replace(package.manifest))
    take_up(read_package(package.folder), facts)
    assert len(facts.without_prior(read_package(package.folder).manifest.identity, 10)) == len(FACTS)
