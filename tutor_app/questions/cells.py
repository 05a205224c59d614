"""Text in the cells of a spreadsheet."""


def guarded(text: str) -> str:
    """Text as a cell: one that a spreadsheet could run as a formula begins with an apostrophe, as does one
    that begins with an apostrophe already. A number stays a number."""
    return f"'{text}" if text.startswith(tuple("=+-@'\t\r\n")) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text[0] in "+-"
