"""The tutor with the students chosen on this machine."""

from concurrent.futures import ThreadPoolExecutor

from tutor_app.students import installed
from tutor_app.students.engine import Threads
from tutor_app.students.memory import multiply_in_one_thread, share_one_heap
from tutor_app.students.packages import verify_once
from tutor_app.students.threads import chosen
from tutor_app.students.tutor import Tutor


def load_tutor(students: str = "", threads: int = 0) -> Tutor:
    """The tutor of a student package: the one named, else the shipped one.

    `threads` is how many batches run side by side; 0 takes what was measured on this machine. A UserError
    says what to do when there is no package, or when it is damaged.
    """
    from tutor_app.knowledge.base import FactBase

    multiply_in_one_thread()
    share_one_heap()
    package = installed.find(students)
    verify_once(package)
    used = Threads(threads, 1) if threads else chosen()
    with ThreadPoolExecutor(3) as pool:  # three readers of files at once: the start is waited for
        facts = pool.submit(FactBase)
        rationale = pool.submit(package.open, "rationale", used)
        answer = pool.submit(package.open, "answer", used)
        return Tutor(
            rationale.result(),
            answer.result(),
            facts.result(),
            package.calibration,
            package.manifest.identity,
        )
