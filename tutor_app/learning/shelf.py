"""The questions at hand: the installed banks and the student's own; finding them and choosing among them."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from tutor_app.errors import UserError
from tutor_app.learning.choices import grade_of, of_grade
from tutor_app.learning.history import PERSONAL_BANK, History
from tutor_app.learning.records import Item, Profile, Standing
from tutor_app.questions.library import Library
from tutor_app.questions.model import Bank, Question

Ref = tuple[str, str]


class Shelf:
    """Banks are read once, when first needed; `tell` hears of each that cannot be read, once."""

    def __init__(
        self,
        library: Library,
        history: History,
        profile: Profile,
        tell: Callable[[str], object] = lambda sentence: None,
    ) -> None:
        self.library = library
        self._history, self._profile, self._tell = history, profile, tell
        self._items: dict[str, dict[str, Item]] = {}
        self._told: set[str] = set()

    def items(self, bank: str) -> list[Item]:
        """A bank's questions; one without a topic counts under the bank's title, as in the library."""
        return list(self._bank(bank).values())

    def find(self, bank: str, question: str) -> Item | None:
        """One question, if it is still installed."""
        try:
            return self._bank(bank).get(question)
        except UserError:
            return None

    def search(
        self, banks: Sequence[str] = (), topics: Sequence[str] = (), subject: str = "", grade: str = ""
    ) -> list[Item]:
        """All questions that fit; banks and topics by name, whatever the case.

        Nothing named: everything of the grade that the profile chose. A bank that was not named and cannot be
        read is left out.
        """
        wanted = {_fold(topic) for topic in topics}
        found: list[Item] = []
        for bank in self._fitting_banks(banks, wanted):
            items = self.items(bank) if banks else self._readable_items(bank)
            found += [item for item in items if _fits(item, wanted, subject, grade)]
        if not found:
            raise UserError(f"No question fits {_criteria(banks, topics, subject, grade)}. {_TOPICS_HINT}")
        return found if banks or topics or subject or grade else self._of_chosen_grade(found)

    def banks(self) -> list[str]:
        """The ids of all banks at hand, the student's own included."""
        return [PERSONAL_BANK, *(summary.id for summary in self.library.banks())]

    def due(self, now: float, most: int) -> list[Item]:
        """Questions to review, the longest waiting first; those of banks that were removed wait on."""
        due = self._history.due(self._profile, now, banks=self.banks())
        found = (self.find(review.bank, review.question) for review in due)
        return list(islice((item for item in found if item), most))

    def mistakes(self, most: int) -> list[Item]:
        """Questions last answered wrong, the newest first."""
        found = (self.find(s.bank, s.question) for s in self._history.mistakes(self._profile))
        return list(islice((item for item in found if item), most))

    def pick(
        self,
        items: Iterable[Item],
        count: int,
        seed: int | None = None,
        mix: Mapping[str, int] | None = None,
    ) -> list[Item]:
        """Questions for this student's sitting, as `choose` says; a seed chooses the same each time."""
        standings = {(s.bank, s.question): s for s in self._history.standings(self._profile)}
        return choose(items, count, standings, random.Random(seed), mix)

    def _of_chosen_grade(self, items: list[Item]) -> list[Item]:
        grade = grade_of(self._profile)
        fitting = of_grade(items, grade)
        if not fitting:
            raise UserError(
                f"There are no questions of grade {grade}. On Home, d chooses another grade or all."
            )
        return fitting

    def _readable_items(self, bank: str) -> list[Item]:
        try:
            return self.items(bank)
        except UserError as error:
            if bank not in self._told:
                self._told.add(bank)
                self._tell(str(error))
            return []

    def _fitting_banks(self, banks: Sequence[str], topics: set[str]) -> Iterator[str]:
        for name in banks:
            yield PERSONAL_BANK if name == PERSONAL_BANK else self.library.find(name).id
        if banks:
            return
        for summary in self.library.banks():
            if not topics or any(_fold(name) in topics for name, _ in summary.topics):
                yield summary.id

    def _bank(self, bank: str) -> Mapping[str, Item]:
        if bank == PERSONAL_BANK:  # never kept: it grows while the app runs
            return _all_placed(bank, self._history.personal_bank(self._profile))
        if bank not in self._items:
            self._items[bank] = _all_placed(bank, self.library.bank(bank))
        return self._items[bank]


_TOPICS_HINT = "'tutor learn --list' shows what there is."


def choose(
    items: Iterable[Item],
    count: int,
    standings: Mapping[Ref, Standing],
    rng: random.Random,
    mix: Mapping[str, int] | None = None,
) -> list[Item]:
    """Questions for a sitting: new ones first, then missed ones, then those not seen for longest.

    Topics take turns, so that a sitting is mixed; `mix` instead says how many of which topic.
    """
    by_topic: dict[str, list[Item]] = {}
    for item in items:
        by_topic.setdefault(item.topic, []).append(item)
    key = _urgency(standings)
    for several in by_topic.values():
        rng.shuffle(several)  # so that equals come in no fixed order
        several.sort(key=key)
    if mix is not None:
        return _by_mix(by_topic, mix, rng)
    return _in_turns(by_topic, count, rng)


def _urgency(standings: Mapping[Ref, Standing]) -> Callable[[Item], tuple[int, float]]:
    def of(item: Item) -> tuple[int, float]:
        standing = standings.get(item.ref)
        if standing is None:
            return 0, 0.0
        return (2, standing.last_at) if standing.last_correct else (1, standing.last_at)

    return of


def _in_turns(by_topic: Mapping[str, list[Item]], count: int, rng: random.Random) -> list[Item]:
    queues = list(by_topic.values())
    rng.shuffle(queues)
    deepest = max(map(len, queues), default=0)
    turns = [queue[depth] for depth in range(deepest) for queue in queues if depth < len(queue)]
    return turns[:count]


def _by_mix(by_topic: Mapping[str, list[Item]], mix: Mapping[str, int], rng: random.Random) -> list[Item]:
    folded = {_fold(topic): several for topic, several in by_topic.items()}
    chosen: list[Item] = []
    for topic, count in mix.items():
        several = folded.get(_fold(topic), [])
        if len(several) < count:
            raise UserError(f"There are {len(several)} questions on {topic}, not {count}. {_TOPICS_HINT}")
        chosen += several[:count]
    rng.shuffle(chosen)
    return chosen


def placed(bank_id: str, bank: Bank, question: Question) -> Item:
    """A question where students meet it: without a topic or subject of its own it has the bank's."""
    known = replace(question, topic=question.topic or bank.title, subject=question.subject or bank.subject)
    return Item(bank_id, known)


def _all_placed(bank_id: str, bank: Bank) -> dict[str, Item]:
    return {question.id: placed(bank_id, bank, question) for question in bank.questions}


def _fits(item: Item, topics: set[str], subject: str, grade: str) -> bool:
    question = item.question
    return (
        (not topics or _fold(question.topic) in topics)
        and (not subject or _fold(question.subject) == _fold(subject))
        and (not grade or question.grade == grade)
    )


def _criteria(banks: Sequence[str], topics: Sequence[str], subject: str, grade: str) -> str:
    named = {"bank": ", ".join(banks), "topic": ", ".join(topics), "subject": subject, "grade": grade}
    return (
        " and ".join(f"{what} '{value}'" for what, value in named.items() if value)
        or "(no bank is installed)"
    )


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
