"""What a package brings along: how likely its rationale student finds each shipped fact without a question.

Choosing a fact needs this number (see `chooser`). Measured beforehand it costs a laptop nothing; a package
without the file measures it in the background.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

from tutor_app.knowledge.base import FactBase
from tutor_app.students.packages import Package

FILE = "rationale/fact-priors.npz"


def take_up(package: Package, facts: FactBase) -> None:
    """Give the fact base what the package brings, once."""
    identity = package.manifest.identity
    if FILE in package.manifest.files and not facts.has_priors(identity):
        facts.keep_priors(identity, read_priors(package.folder / FILE))


def read_priors(path: Path) -> dict[int, float]:
    """Scores by fact id; none from a file that cannot be read, since they can be measured again."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as kept:
            return dict(zip(kept["ids"].tolist(), kept["scores"].tolist(), strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}


def priors_file(scores: Mapping[int, float]) -> bytes:
    """The same as a file."""
    import numpy as np

    file = io.BytesIO()
    np.savez_compressed(
        file, ids=np.array(list(scores), np.int64), scores=np.array(list(scores.values()), np.float32)
    )
    return file.getvalue()
