"""No network: an audit hook that Python calls before any socket goes anywhere, whichever library opened it.

`python -m tests.no_network COMMAND …` runs `tutor COMMAND …` under it and fails if anything was tried.
"""

import os
import sys
from typing import Any

_WHERE = {  # the event's argument that says where to
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.bind": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}
_LOOPBACK = ("127.", "::1", "localhost")


class Guard:
    """Refuses, and remembers what was tried: a library that swallows the refusal is found all the same."""

    def __init__(self) -> None:
        self.active = False
        self.loopback = False
        self.tried: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active or event not in _WHERE:
            return
        where = arguments[_WHERE[event]]
        host = where[0] if isinstance(where, tuple) else where
        if event in ("socket.connect", "socket.bind", "socket.sendto") and not isinstance(where, tuple):
            return  # a socket of this machine, with a path for an address
        # Windows makes its socket pairs over the loopback
        if (self.loopback or os.name == "nt") and str(host).startswith(_LOOPBACK):
            return
        self.tried.append(f"{event} {where}")
        raise PermissionError(f"the network is refused: {event} {where}")


def _main() -> int:
    guard = Guard()
    guard.active = True
    from tutor_app.cli import main

    status = main(sys.argv[1:])
    if guard.tried:
        print("tried the network:", *guard.tried, file=sys.stderr)
        return 99
    return status


if __name__ == "__main__":
    sys.exit(_main())
