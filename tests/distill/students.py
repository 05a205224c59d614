"""Tiny student packages and question files that the tests of measuring share."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tutor_app.knowledge.base import FactBase

QUESTIONS = (
    ("Which force slows a rolling ball?", ("friction", "light", "sound", "gravity of the Moon"), 0),
    ("What do plants take in from the air in the light?", ("helium", "carbon dioxide", "smoke"), 1),
    ("At what temperature does water boil at sea level?", ("10 °C", "50 °C", "100 °C", "900 °C"), 2),
    ("What does the Moon reflect?", ("light from the Sun", "its own light"), 0),
    ("What is the series of stages a frog goes through called?", ("a food web", "a life cycle"), 1),
    ("Which gas do plants give off in the light?", ("oxygen", "neon", "carbon dioxide", "steam"), 0),
    ("How often does the Moon circle the Earth?", ("once a day", "once a month", "once a year"), 1),
    ("Which of these is water?", ("H₂O", "CO₂", "NaCl", "O₂"), 0),
)


def write_questions(path: Path, repeat: int = 1, facts: tuple[str, ...] = ()) -> Path:
    """A file in the public sets' layout; `repeat` makes more, slightly other questions."""
    rows = [
        {
            "id": f"q{turn}-{number}",
            "question": f"{text} ({turn})" if turn else text,
            "choices": list(choices),
            "answer": answer,
            "facts": list(facts),
        }
        for turn in range(repeat)
        for number, (text, choices, answer) in enumerate(QUESTIONS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def counted_fact_bases(monkeypatch: pytest.MonkeyPatch) -> list[FactBase]:
    """Every fact base that measuring opens from now on."""
    opened: list[FactBase] = []

    def counted(*arguments: Any, **named: Any) -> FactBase:
        opened.append(FactBase(*arguments, **named))
        return opened[-1]

    monkeypatch.setattr("distill.explaining.FactBase", counted)
    return opened


def _rounds_products() -> bool:
    """On AMD without VNNI the engine's 8-bit kernels (oneDNN's, and not MKL's) are off by more than rounding."""
    try:
        processor = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return False
    own_choice = os.environ.get("CT2_USE_MKL") != "1"
    return own_choice and "AuthenticAMD" in processor and "vnni" not in processor


exact_int8 = pytest.mark.skipif(
    _rounds_products(), reason="this processor's 8-bit products are not exact (CT2_USE_MKL=1 makes them so)"
)
