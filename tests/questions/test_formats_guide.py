"""Every example in the guide of formats loads as what it says it is."""

import re

import pytest

from tutor_app import paths
from tutor_app.questions import formats

_GUIDE = (paths.assets() / "guides" / "formats.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"^```([\w.-]+)\n(.*?)^```$", _GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("format", "example"), _EXAMPLES, ids=[name for name, _ in _EXAMPLES])
def test_the_example_loads(format: str, example: str) -> None:
    report = formats.read_bytes(example.encode(), "example")
    assert report.format == format
    assert report.bank.questions and not report.skipped and not report.warnings


def test_every_format_is_in_the_guide() -> None:
    assert all(
        f"`{name}`" in _GUIDE or f"```{name}\n" in _GUIDE for name in (*formats.FORMATS, *formats.WRITERS)
    )
