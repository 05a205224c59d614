"""The real program in a real terminal: from start to a finished question, then quit."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

from tutor_app.learning.history import History

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
_PATIENCE_S = 120.0


class Terminal:
    """A child program at a pseudo-terminal."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", TUTOR_HOME=str(home), COLORTERM="truecolor")
            os.environ.pop("NO_COLOR", None)
            os.execv(sys.executable, [sys.executable, "-m", "tutor_app", *arguments])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.said = b""

    def sees(self, *wanted: str) -> None:
        """Read until one of these texts was written since the last key."""
        end = time.monotonic() + _PATIENCE_S
        while not any(text.encode() in self.said for text in wanted):
            ready, _, _ = select.select([self._fd], [], [], 1.0)
            if ready:
                self.said += os.read(self._fd, 65536)
            assert time.monotonic() < end, f"never saw {wanted}: {self.said[-2000:]!r}"

    def press_until(self, key: str, *wanted: str) -> None:
        """Press a key again and again, with time to answer each time, until one of these texts was written.

        How often depends on how far the tutor is: steps are shown as they are made, then the answer.
        """
        self.said = b""
        end = time.monotonic() + _PATIENCE_S
        while not any(text.encode() in self.said for text in wanted):
            assert time.monotonic() < end, f"never saw {wanted}: {self.said[-2000:]!r}"
            os.write(self._fd, key.encode())
            calm = time.monotonic() + 8.0
            while time.monotonic() < calm and not any(text.encode() in self.said for text in wanted):
                if select.select([self._fd], [], [], 0.2)[0]:
                    self.said += os.read(self._fd, 65536)

    def press(self, keys: str) -> None:
        self.said = b""
        os.write(self._fd, keys.encode())

    def ends(self) -> int:
        """The exit status; what is still written is read, so that the program never waits for us."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            ready, _, _ = select.select([self._fd], [], [], 0.1)
            if ready:
                try:
                    self.said += os.read(self._fd, 65536)
                except OSError:  # the terminal closed with the program
                    break
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def test_from_start_to_a_finished_question_and_out(tutor_home: Path) -> None:
    terminal = Terminal(tutor_home)
    terminal.sees("Pick a topic")
    terminal.sees("tutor ready", "no tutor")
    terminal.press("l")
    terminal.sees("1 of 10")
    terminal.press_until("\r", "The answer is", "The tutor thinks")
    terminal.press("\r")
    terminal.sees("2 of 10")
    terminal.press("\x11")
    assert terminal.ends() == 0
    with History.open() as history:
        [attempt] = history.attempts()
        assert attempt.mode == "learn"
        [session] = history.open_sessions()
        assert session.state["index"] == 1


def test_study_commands_open_their_screen(tutor_home: Path) -> None:
    terminal = Terminal(tutor_home, "--profile", "Maya", "practise", "--questions", "3")
    terminal.sees("1 of 3")
    terminal.press("\x11")
    assert terminal.ends() == 0
    with History.open() as history:
        assert [profile.name for profile in history.profiles()] == ["Maya"]


def test_a_closed_terminal_is_told_what_to_use_instead(
    tutor_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tutor_app.cli import main

    assert main([]) == 2
    assert "--plain" in capsys.readouterr().err
