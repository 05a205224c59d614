"""Which questions of a file are already known: an id only ever means one question.

Pure. A student's history hangs on question ids, so an unchanged question keeps its id when its file comes
again, and an id that stands for another question is never used twice.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tutor_app.questions.duplicates import near_matches, question_words
from tutor_app.questions.model import Question

_EDITED = 0.6  # likeness of a question's words before and after an edit


@dataclass(frozen=True, slots=True)
class Update:
    """The questions to install, and how they differ from those installed before."""

    questions: tuple[Question, ...]
    added: int
    changed: int
    unchanged: int
    removed: int


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
    same = _unchanged(new, old)
    edited = _edited(new, old, same)
    kept = {index: known.id for index, known in (same | edited).items()}
    used = {*kept.values(), *(question.id for question in old)}
    questions = []
    for index, question in enumerate(new):
        chosen = kept.get(index) or _fresh_id(question, used, taken, prefix)
        used.add(chosen)
        questions.append(replace(question, id=chosen))
    return Update(
        tuple(questions),
        added=len(new) - len(kept),
        changed=len(edited),
        unchanged=len(same),
        removed=len(old) - len(kept),
    )


def have_common(new: Sequence[Question], old: Sequence[Question]) -> bool:
    """Some question is in both, as it was or edited."""
    same = _unchanged(new, old)
    return bool(same) or bool(_edited(new, old, same))


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
