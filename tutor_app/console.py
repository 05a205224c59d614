"""What the command lines print and read must come through, whatever the console."""

import io
import os
import sys


def speak_plainly() -> None:
    """Print Unicode where it can be shown, ? where not, and never fail on a character, also of what is typed.

    Windows gives pipes and files an old code page that lacks H₂O's ₂; they get UTF-8, unless whoever runs the
    command chose an encoding. A terminal keeps its own.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        chosen = stream.isatty() or "PYTHONIOENCODING" in os.environ
        stream.reconfigure(encoding=None if chosen else "utf-8", errors="replace")
