"""Text files line by line, as people and stages write them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutor_app.errors import UserError


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """A file's lines with their numbers; one that is no UTF-8 is told by its number."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise UserError(
                    f"{path}:{number}: this line is not in UTF-8; save the file as UTF-8 and run again."
                ) from None
            yield number, text


def json_object(line: str | bytes) -> dict[str, Any]:
    """One row of a JSON Lines file; a ValueError says what else it is."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        row = None
    if not isinstance(row, dict):
        raise ValueError('the line is no JSON object, such as {"id": …}')
    return row
