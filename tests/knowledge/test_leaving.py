"""A program that ends while facts' vectors are being made ends well, and goes on with them next time."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tutor_app.knowledge.meaning import encoder_folder

LEAVE = """
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.meaning import Meanings, encoder_folder

facts = [Fact(f"Magnet number {number} attracts iron nails, steel pins and other magnets.") for number in range(9_000)]
Meanings(encoder_folder(), facts).start()
"""


@pytest.mark.skipif(not (encoder_folder() / "model.bin").is_file(), reason="needs the encoder that ships")
def test_leaving_while_vectors_are_made(tmp_path: Path) -> None:
    left = subprocess.run(
        [sys.executable, "-c", LEAVE], env={**os.environ, "TUTOR_HOME": str(tmp_path)}, capture_output=True
    )
    assert (left.returncode, left.stderr) == (0, b"")
    (kept,) = tmp_path.rglob("fact-meanings-*.npz")
    with np.load(kept) as vectors:
        assert len(vectors["ids"]) > 0
