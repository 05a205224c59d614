"""A teacher behind a server: tries again what failed, keeps what was paid for, says what is wrong."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from distill.corpus import Item, write_items
from distill.rationales import gather_rationales
from distill.recipe import Teacher
from distill.teachers.asking import Journal, Told, asks_for
from distill.teachers.prompting import read_reply
from distill.teachers.server import ServerTeacher
from tests.distill import fake_server as fake
from tests.distill.questions import SPOON, work_for
from tutor_app.errors import UserError

pytestmark = pytest.mark.loopback
ITEMS = [replace(SPOON, id=f"ours/{i}", question=f"{SPOON.question} ({i})") for i in range(6)]


def teacher_at(url: str, **more: object) -> Teacher:
    settings = {"retries": 3, "timeout": 0.5, "concurrency": 2, "samples": 1} | more
    return Teacher("server", name="fake", url=url, model="m", **settings)  # type: ignore[arg-type]


def told_by(server: fake.FakeServer, items: list[Item] = ITEMS[:1], **more: object) -> list[Told]:
    teacher = teacher_at(server.url, **more)
    return list(ServerTeacher(teacher, first_wait=0.01).replies(asks_for(items, teacher), lambda ask: False))


def test_a_reply_comes_with_its_tokens() -> None:
    with fake.serving(fake.replies()) as server:
        (told,) = told_by(server)
    assert (told.text, told.finish, told.tokens_in, told.tokens_out) == (fake.GOOD, "stop", 50, 20)


@pytest.mark.parametrize(
    "trouble",
    [
        fake.status(429),
        fake.status(429, retry_after="0.05"),
        fake.status(500),
        fake.status(503),
        fake.breaks_off,
        fake.sends_wrong_json,
        fake.sends_another_shape,
        fake.hangs,
    ],
)
def test_what_failed_is_asked_again(trouble: fake.Act) -> None:
    with fake.serving(trouble, trouble, fake.replies()) as server:
        (told,) = told_by(server)
    assert told.text == fake.GOOD
    assert len(server.asked) == 3


def test_a_cut_off_reply_is_marked() -> None:
    with fake.serving(fake.replies("Fact: Metals", "length")) as server:
        assert told_by(server)[0].finish == "length"


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with fake.serving(fake.replies()) as server:
        url = server.url
    with pytest.raises(UserError, match="cannot be reached"):
        told_by_url(url)


def told_by_url(url: str) -> list[Told]:
    teacher = teacher_at(url, retries=1)
    return list(ServerTeacher(teacher, first_wait=0.01).replies(asks_for(ITEMS, teacher), lambda ask: False))


@pytest.mark.parametrize(("code", "told"), [(401, "refuses the key"), (404, "refuses the model")])
def test_a_refusal_is_not_tried_again(code: int, told: str) -> None:
    with fake.serving(fake.status(code)) as server, pytest.raises(UserError, match=told):
        told_by(server)
    assert len(server.asked) == 1


def test_a_server_that_stays_broken_stops_the_run() -> None:
    with fake.serving(fake.status(500)) as server, pytest.raises(UserError, match="status 500"):
        told_by(server, retries=2)
    assert len(server.asked) == 3


def test_a_question_the_server_will_not_take_is_left_out() -> None:
    with fake.serving(fake.status(400), fake.replies()) as server:
        finishes = [told.finish for told in told_by(server, ITEMS, concurrency=1)]
    assert finishes == ["stop"] * 5


@pytest.mark.parametrize("trouble", [fake.breaks_off, fake.replies(""), fake.sends_a_page])
def test_a_reply_that_never_comes_whole_is_left_out(trouble: fake.Act) -> None:
    with fake.serving(trouble, trouble, fake.replies()) as server:
        assert len(told_by(server, ITEMS, retries=1, concurrency=1)) == 5


@pytest.mark.parametrize("trouble", [fake.status(400), fake.replies(""), fake.sends_a_page])
def test_a_server_without_one_usable_reply_stops_the_run(trouble: fake.Act) -> None:
    with fake.serving(trouble) as server, pytest.raises(UserError, match="no reply that can be used to 6"):
        told_by(server, ITEMS, retries=0)


def test_what_came_to_nothing_is_counted_and_asked_again(tmp_path: Path) -> None:
    write_items(tmp_path / "train.jsonl", ITEMS)
    said: list[str] = []
    with fake.serving(fake.sends_a_page, fake.replies()) as server:
        teacher = teacher_at(server.url, retries=0, concurrency=1)
        work = work_for(tmp_path, earlier={"corpus": tmp_path}, teachers=(teacher,))
        for _ in range(2):
            gather_rationales(replace(work, say=said.append))
    assert len(server.asked) == 6 + 1
    assert said == [
        "fake: 5 usable rationales of 5 questions, 1 refused",
        "fake: 6 usable rationales of 6 questions",
    ]


def test_empty_replies_in_an_earlier_versions_journal_are_asked_again(tmp_path: Path) -> None:
    write_items(tmp_path / "train.jsonl", ITEMS)
    with fake.serving(fake.replies()) as server:
        teacher = teacher_at(server.url)
        codes = [ask.code for ask in asks_for(ITEMS, teacher)]
        kept = [
            Told(codes[0], "fake", "", "refused"),  # taken for a refusal
            Told(codes[1], "fake", " \n", "stop", 50, 1),
            Told(codes[2], "fake", fake.GOOD, "stop", 50, 20),
            Told(codes[3], "fake", "", "length", 50, 220),  # all its tokens went into thinking
            Told(codes[4], "fake", "", "refused", 50, 0),  # withheld by the server's filter
        ]
        work = work_for(tmp_path, earlier={"corpus": tmp_path}, teachers=(teacher,))
        list(Journal(work.run_folder / "replies" / "all.jsonl").record(iter(kept)))
        for _ in range(2):
            gather_rationales(work)
    assert len(server.asked) == 3, "the two that say nothing and the one never asked, once"


def test_requests_keep_their_distance() -> None:
    with fake.serving(fake.replies()) as server:
        told_by(server, ITEMS[:4], requests_per_minute=1200, concurrency=4)
    gaps = [later - earlier for earlier, later in zip(server.times, server.times[1:], strict=False)]
    assert sum(gaps) >= 0.1  # three gaps of 50 ms, less what the threads need to wake


def test_the_prompt_tells_the_answer_only_when_asked_to() -> None:
    told = asks_for(ITEMS[:1], teacher_at("http://x", tell_answer=True))[0].messages
    hidden = asks_for(ITEMS[:1], teacher_at("http://x", tell_answer=False))[0].messages
    assert "Right answer: Metal conducts heat well." in told[-1]["content"]
    assert "Right answer" not in hidden[-1]["content"]
    assert "Answer:" in hidden[2]["content"]


def test_a_question_is_never_its_own_example() -> None:
    ask = asks_for(ITEMS, teacher_at("http://x", shots=3))[0]
    assert len(ask.messages) == 8
    assert all(ITEMS[0].question not in message["content"] for message in ask.messages[:-1])


def test_samples_are_asked_with_seeds_of_their_own() -> None:
    with fake.serving(fake.replies()) as server:
        told_by(server, samples=3)
    assert sorted(asked["seed"] for asked in server.asked) == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "facts", "steps", "claimed"),
    [
        (fake.GOOD, 1, 1, ""),
        (
            "**Fact 1:** Ice melts.\n- Fact: Heat flows.\n**Step:** So it melts.\nAnswer: It melts.",
            2,
            1,
            "It melts",
        ),
        ("<think>Fact: no.</think>\n1. Fact: Ice melts.\n2. Step: So\nit melts.", 1, 2, ""),
        ("Ice melts above zero. The room is warm. So the ice melts.", 2, 1, ""),
        ("", 0, 0, ""),
    ],
)
def test_replies_are_read_in_the_forms_models_write(text: str, facts: int, steps: int, claimed: str) -> None:
    reply = read_reply(text)
    assert (len(reply.facts), len(reply.steps), reply.claimed) == (facts, steps, claimed)


def test_the_journal_survives_a_line_cut_off_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    asks = asks_for(ITEMS, teacher_at("http://x"))
    told = [Told(ask.code, "fake", "text", "stop") for ask in asks]
    list(Journal(path).record(iter(told[:2])))
    path.write_bytes(path.read_bytes()[:-7])
    journal = Journal(path)
    assert journal.get(asks[0]) == told[0]
    assert journal.get(asks[1]) is None
    list(journal.record(iter(told[1:])))
    assert [Journal(path).get(ask) for ask in asks] == told


_RECIPE = """
[run]
name = "taught"
[base]
fresh = "llama"
[[sources]]
name = "ours"
files = ["bank.jsonl"]
[[sources]]
name = "held-out"
files = ["dev.jsonl"]
role = "dev"
[[teachers]]
kind = "server"
name = "fake"
url = "{url}"
model = "m"
concurrency = 2
retries = 8
"""


def distill(folder: Path, *words: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "distill.cli",
        words[0],
        "recipe.toml",
        "--runs",
        str(folder / "runs"),
        *words[1:],
    ]


def bank(folder: Path, url: str, questions: int = 12) -> None:
    asked = [
        {
            "id": str(i),
            "question": f"Why is fact number {i * 7919} true of metal?",
            "choices": ["a", "b"],
            "answer": 0,
        }
        for i in range(questions)
    ]
    (folder / "bank.jsonl").write_text("".join(json.dumps(each) + "\n" for each in asked))
    held_out = {"id": "d", "question": "Which animal lays eggs?", "choices": ["hen", "cow"], "answer": 0}
    (folder / "dev.jsonl").write_text(json.dumps(held_out) + "\n")
    (folder / "recipe.toml").write_text(_RECIPE.format(url=url))


def test_a_killed_run_asks_only_what_was_not_answered(tmp_path: Path) -> None:
    def slowly(handler: fake.Handler) -> None:
        time.sleep(0.15)
        fake.replies()(handler)

    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with fake.serving(slowly) as server:
        bank(tmp_path, server.url)
        subprocess.run(
            distill(tmp_path, "run", "--only", "corpus"), cwd=tmp_path, env=environment, check=True
        )
        process = subprocess.Popen(distill(tmp_path, "rationales"), cwd=tmp_path, env=environment)
        journal = tmp_path / "runs" / "taught" / "replies" / "all.jsonl"
        while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= 3):
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept = journal.read_bytes().count(b"\n")
        before = len(server.asked)
        subprocess.run(distill(tmp_path, "rationales"), cwd=tmp_path, env=environment, check=True)
        again = len(server.asked) - before
    assert 3 <= kept < 12
    assert again == 12 - kept
    usage = json.loads((tmp_path / "runs" / "taught" / "rationales" / "usage.json").read_text())
    assert usage["fake"]["replies"] == 12
    assert usage["fake"]["tokens_out"] == 240


def test_one_ctrl_c_waits_for_what_is_on_its_way_and_a_second_ends_at_once(tmp_path: Path) -> None:
    over = threading.Event()

    def slowly(handler: fake.Handler) -> object:
        if len(handler.server.asked) <= 2:
            return fake.replies()(handler)
        return over.wait(60)

    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with fake.serving(slowly) as server:
        bank(tmp_path, server.url)
        process = subprocess.Popen(
            distill(tmp_path, "rationales", "--shard", "1/1"),
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            # tests that run in the background have Ctrl-C switched off, and so would their children
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert process.stderr is not None
        while len(server.asked) < 4 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = ""
        while "Ctrl-C ends it now" not in said and (letter := process.stderr.read(1)):
            said += letter
        process.send_signal(signal.SIGINT)
        said += process.communicate(timeout=40)[1]  # the replies would take longer
        over.set()
    assert process.returncode == 130
    assert "waiting for up to 2 replies" in said and "Traceback" not in said
    journal = tmp_path / "runs" / "taught" / "replies" / "1-of-1.jsonl"
    assert journal.read_bytes().count(b"\n") == 2


def test_replies_on_their_way_are_kept_when_another_ends_the_run() -> None:
    def late(handler: fake.Handler) -> None:
        time.sleep(0.2)
        fake.replies()(handler)

    with fake.serving(late, fake.status(401)) as server:
        teacher = teacher_at(server.url)
        replies = ServerTeacher(teacher).replies(asks_for(ITEMS, teacher), lambda ask: False)
        assert next(replies).text == fake.GOOD
        with pytest.raises(UserError, match="refuses the key"):
            next(replies)


def test_a_key_that_cannot_be_sent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " sk-1\n")
    ServerTeacher(teacher_at("http://x"))  # a line break at the end belongs to no key
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1\nsk-2")
    with pytest.raises(UserError, match="The variable OPENAI_API_KEY holds no key that can be sent"):
        ServerTeacher(teacher_at("http://x"))


def test_a_server_that_does_not_stream_is_told() -> None:
    with fake.serving(fake.sends_whole) as server, pytest.raises(UserError, match="it sent application/json"):
        told_by(server, ITEMS, retries=0)


def test_shares_of_the_asking_are_put_together(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with fake.serving(fake.replies()) as server:
        bank(tmp_path, server.url, 5)
        for share in ("1/2", "2/2"):
            words = distill(tmp_path, "rationales", "--shard", share)
            subprocess.run(words, cwd=tmp_path, env=environment, check=True)
        assert len(server.asked) == 5
        subprocess.run(distill(tmp_path, "rationales"), cwd=tmp_path, env=environment, check=True)
        assert len(server.asked) == 5
    rows = (tmp_path / "runs" / "taught" / "rationales" / "rationales.jsonl").read_text()
    assert rows.count("\n") == 5
