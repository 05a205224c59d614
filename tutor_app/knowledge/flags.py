"""Facts somebody found wrong: kept in the user's own folder, for they cannot be made again."""

import json
from dataclasses import asdict

from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.knowledge.facts import Fact, notes_folder


class Flags:
    """The flagged facts by id, whoever changes the file meanwhile; not `heeded`, none counts as flagged."""

    def __init__(self, heeded: bool = True) -> None:
        self._path, self._heeded = notes_folder() / "flagged.json", heeded
        self._facts: dict[int, Fact] = {}
        self._read_of: tuple[int, int] | None = None  # the state of the file that the facts are of
        self._now()

    def __contains__(self, fact_id: int) -> bool:
        return fact_id in self._now()

    def __len__(self) -> int:
        return len(self._now())

    def facts(self) -> list[Fact]:
        """All of them."""
        return list(self._now().values())

    def _now(self) -> dict[int, Fact]:
        """What the file says; it is read again when it was written since."""
        if self._heeded and (state := self._state()) != self._read_of:
            self._facts, self._read_of = self._read(), state
        return self._facts

    def _state(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns

    def add(self, fact: Fact) -> None:
        """Flag a fact; what another window flagged meanwhile stays."""
        self._write(self._read() | {fact.id: fact})

    def remove(self, fact_id: int) -> bool:
        """Take a flag away; False when there was none."""
        facts = self._read()
        if facts.pop(fact_id, None) is None:
            return False
        self._write(facts)
        return True

    def _write(self, facts: dict[int, Fact]) -> None:
        rows = [asdict(fact) for fact in facts.values()]
        try:
            write_atomically(self._path, json.dumps({"flagged": rows}, ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            raise UserError(f"{self._path} cannot be written ({error.strerror or error}).") from error

    def _read(self) -> dict[int, Fact]:
        if not self._path.is_file():
            return {}
        try:
            facts = [Fact(**row) for row in json.loads(self._path.read_text("utf-8"))["flagged"]]
            return {fact.id: fact for fact in facts}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{self._path} is damaged ({error}). Repair it, or remove it and flag the facts again."
            ) from error
