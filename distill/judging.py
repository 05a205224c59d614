"""An answer student as judge: does a rationale lead it to the key?"""

from collections.abc import Sequence
from pathlib import Path

from distill.corpus import Item
from tutor_app.students.calibration import route_scores, softmax
from tutor_app.students.packages import read_package
from tutor_app.students.prompts import answer_prompt


class PackageJudge:
    """The answer student of a finished package, asked with the rationale and without torch."""

    def __init__(self, folder: Path) -> None:
        package = read_package(folder)
        self._student = package.open("answer")
        self._calibration = package.calibration

    def __call__(self, rows: Sequence[Item]) -> list[tuple[float, ...]]:
        """The probability of each choice after reading each row's rationale."""
        requests = [(answer_prompt(row.question, row.rationale), row.choices) for row in rows]
        power, temperature = self._calibration.rationale_length_power, self._calibration.temperature
        found = self._student.score(requests)
        return [softmax([each / temperature for each in route_scores(scores, power)]) for scores in found]
