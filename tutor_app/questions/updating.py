"""Which questions of a file are already known: an id only ever means one question.

Pure. A student's history hangs on question ids, so an unchanged question keeps its id when its file comes
again, and an id that stands for another question is never used twice.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tutor_app.questions.duplicates import near_matches, question_words
from tutor_app.questions.markup import UNDESCRIBED
from tutor_app.questions.model import Question

_EDITED = 0.6  # likeness of a question's words before and after an edit
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Update:
    """The questions to install, and how they differ from those installed before.

    `replaced` has a sentence for each question of which the file took or replaced something that was there;
    `gone` are the questions that the file no longer has.
    """

    questions: tuple[Question, ...]
    added: int
    changed: int
    unchanged: int
    removed: int
    replaced: tuple[str, ...] = ()
    gone: tuple[Question, ...] = ()

    @property
    def losses(self) -> tuple[str, ...]:
        """What is no longer as it was here, in sentences: the first few are named."""
        more = len(self.replaced) - _MOST_NAMED
        sentences = self.replaced[:_MOST_NAMED]
        if more > 0:
            sentences += (f"{more:,} more questions have something replaced by what the file says.",)
        if self.gone:
            named = ", ".join(f"'{question.opening}'" for question in self.gone[:_MOST_NAMED])
            rest = f" and {len(self.gone) - _MOST_NAMED:,} more" if len(self.gone) > _MOST_NAMED else ""
            sentences += (f"Gone: {named}{rest}.",)
        return sentences


def fingerprint(question: Question) -> str:
    """What is asked and what is right; hints and explanations may change without making it another one."""
    parts = [_plain(question.text), _plain(question.image), _plain(question.key or "")]
    parts += sorted(map(_plain, question.choices)) + sorted(map(_plain, question.accepted))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def update(new: Sequence[Question], old: Sequence[Question], taken: Mapping[str, str], prefix: str) -> Update:
    """Give every new question its id.

    `old` is what the bank holds now, `taken` maps the ids of all other banks to their fingerprints, `prefix`
    begins the ids of questions that came without one.
    """
    kept, known = _known(new, old)
    used = {question.id for question in old}
    questions: list[Question] = []
    replaced: list[str] = []
    changed = 0
    for index, question in enumerate(new):
        chosen = kept[index].id if index in kept else _fresh_id(question, used, taken, prefix)
        used.add(chosen)
        before = known.get(index)
        now = replace(_filled(question, before) if before else question, id=chosen)
        questions.append(now)
        if before:
            changed += any(detail(now) != detail(before) for detail in _DETAILS.values())
            replaced += _replaced(index + 1, now, before)
    settled = {question.id for question in known.values()}
    return Update(
        tuple(questions),
        added=len(new) - len(known),
        changed=changed,
        unchanged=len(known) - changed,
        removed=len(old) - len(known),
        replaced=tuple(replaced),
        gone=tuple(question for question in old if question.id not in settled),
    )


def in_common(new: Sequence[Question], old: Sequence[Question]) -> int:
    """How many questions are in both, as they were or changed."""
    return len(_known(new, old)[1])


def _known(
    new: Sequence[Question], old: Sequence[Question]
) -> tuple[dict[int, Question], dict[int, Question]]:
    """The old question by the new one's index: of those that keep its id, and of these and those rekeyed."""
    same = _unchanged(new, old)
    kept = same | _edited(new, old, same)
    return kept, kept | _rekeyed(new, old, kept)


def _filled(new: Question, old: Question) -> Question:
    """What the bank has of a question stays where the file asks the same and says nothing of it."""
    silent = not new.image or UNDESCRIBED in new.image
    image = old.image if silent and old.image else new.image
    if fingerprint(replace(new, image=old.image)) != fingerprint(old):
        return new
    filled = replace(new, image=image, hint=new.hint or old.hint)
    if not new.explanation:
        by = {name: value for name, value in old.extra.items() if name == "explained_by"}
        filled = replace(filled, facts=old.facts, steps=old.steps, extra={**new.extra, **by})
    own, before = _reasons(new), _reasons(old)
    reasons = tuple(own.get(choice) or before.get(choice) for choice in map(_plain, new.choices))
    return replace(filled, why_wrong=reasons if any(reasons) else ())


def _reasons(question: Question) -> dict[str, str]:
    """Why choices are wrong, by the choice and not by its place."""
    pairs = zip(map(_plain, question.choices), question.why_wrong, strict=False)
    return {choice: reason for choice, reason in pairs if reason}


_DETAILS: dict[str, Callable[[Question], object]] = {
    "wording": lambda question: question.text,
    "choices": lambda question: sorted(question.choices),
    "key": lambda question: question.key,
    "accepted answers": lambda question: question.accepted,
    "description of the picture": lambda question: question.image,
    "hint": lambda question: question.hint,
    "explanation": lambda question: question.explanation,
    "reasons why choices are wrong": _reasons,
    "topic": lambda question: question.topic,
    "subject": lambda question: question.subject,
    "grade": lambda question: question.grade,
}
"""What a teacher sees of a question, in words; the order of its choices is no change."""


def _replaced(number: int, now: Question, before: Question) -> Iterator[str]:
    """A sentence where something that was here was replaced or taken."""
    differing = [(n, bool(of(now))) for n, of in _DETAILS.items() if of(before) and of(before) != of(now)]
    others = _listed([name for name, there in differing if there])
    lost = _listed([name for name, there in differing if not there])
    says = [f"now has the file's {others}"] * bool(others) + [f"lost its {lost}"] * bool(lost)
    if says:
        yield f"Question {number} ('{now.opening}') {' and '.join(says)}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _unchanged(new: Sequence[Question], old: Sequence[Question]) -> dict[int, Question]:
    """The old question that each new one is, by the new one's index."""
    waiting: defaultdict[str, deque[Question]] = defaultdict(deque)
    for question in old:
        waiting[fingerprint(question)].append(question)
    found = {}
    for index, question in enumerate(new):
        if known := waiting.get(fingerprint(question)):
            found[index] = known.popleft()
    return found


def _edited(
    new: Sequence[Question], old: Sequence[Question], same: Mapping[int, Question]
) -> dict[int, Question]:
    """What is left over and nearly the same with the same key: a typo put right keeps the history."""
    settled = {question.id for question in same.values()}
    left = [question for question in old if question.id not in settled]
    if not left:
        return {}
    indices = [index for index in range(len(new)) if index not in same]
    texts = [question_words(new[index]) for index in indices]
    found: dict[int, Question] = {}
    taken = set()
    for match in near_matches(texts, [question_words(question) for question in left], _EDITED):
        index, before = indices[match.index], left[match.of]
        if match.of not in taken and _plain(before.key or "") == _plain(new[index].key or ""):
            taken.add(match.of)
            found[index] = before
    return found


def _rekeyed(
    new: Sequence[Question], old: Sequence[Question], kept: Mapping[int, Question]
) -> dict[int, Question]:
    """What is left over and differs only in its key: a change to tell of, though it is another question."""
    settled = {question.id for question in kept.values()}
    left = {_asked(question): question for question in old if question.choices and question.id not in settled}
    rest = (index for index in range(len(new)) if index not in kept)
    return {index: before for index in rest if (before := left.pop(_asked(new[index]), None))}


def _asked(question: Question) -> tuple[str, ...]:
    return (_plain(question.text), *sorted(map(_plain, question.choices)))


def _fresh_id(question: Question, used: set[str], taken: Mapping[str, str], prefix: str) -> str:
    """The question's own id, unless another question has it."""
    mark = fingerprint(question)
    base = f"{question.id or prefix}-{mark[:8]}"
    chosen, number = question.id or base, 1
    while chosen in used or taken.get(chosen, mark) != mark:
        chosen, number = base if number == 1 else f"{base}-{number}", number + 1
    return chosen


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
