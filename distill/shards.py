"""Shares of one work, for machines that do it together."""

from tutor_app.errors import UserError

Shard = tuple[int, int]


def read_shard(text: str) -> Shard:
    """`2/4` is the second of four shares."""
    first, slash, second = text.partition("/")
    if slash and first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second):
        return int(first), int(second)
    raise UserError(f"--shard takes I/N with I from 1 to N, such as 2/4, not {text!r}.")
