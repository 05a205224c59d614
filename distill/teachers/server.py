"""A teacher behind any OpenAI-compatible server: vLLM, llama.cpp, Ollama, a cloud."""

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from distill.recipe import Teacher
from distill.teachers.asking import Ask, Told
from tutor_app.errors import UserError

LONGEST_WAIT = 60.0
MOST_BAD = 20  # replies, when there is no good one yet


class BadReplyError(Exception):
    """The server answered, but not with a reply that can be used."""


class ServerTeacher:
    """Asks many questions at once, waits when told to, tries again what failed."""

    def __init__(self, teacher: Teacher, first_wait: float = 1.0) -> None:
        from openai import OpenAI

        self._teacher = teacher
        self._first_wait = first_wait
        key = _key(teacher)
        self._client = OpenAI(base_url=teacher.url, api_key=key, max_retries=0, timeout=teacher.timeout)
        self._pace = Pace(teacher.requests_per_minute)
        self._stop = threading.Event()

    def replies(self, asks: Sequence[Ask], known: Callable[[Ask], bool]) -> Iterator[Told]:
        """Usable replies as they come; a question without one is left out, so that it is asked another time.

        A server that cannot be reached, refuses, or sends nothing usable ends it with one sentence.
        """
        left: SimpleQueue[Ask] = SimpleQueue()
        done: SimpleQueue[Told | Exception] = SimpleQueue()
        missing = [ask for ask in asks if not known(ask)]
        for ask in missing:
            left.put(ask)
        askers = [  # daemons: none keeps the program alive
            threading.Thread(target=self._work, args=(left, done), daemon=True)
            for _ in range(min(self._teacher.concurrency, len(missing)))
        ]
        for asker in askers:
            asker.start()
        good, bad = len(asks) - len(missing), 0
        try:
            for _ in missing:
                try:
                    yield _usable(done.get())
                    good += 1
                except BadReplyError as error:
                    bad += 1
                    if not good and bad >= min(MOST_BAD, len(missing)):
                        raise self._useless(bad, error) from None
        except (KeyboardInterrupt, UserError):
            yield from self._last_replies(askers, done)
            raise
        finally:
            self._stop.set()

    def _work(self, left: "SimpleQueue[Ask]", done: "SimpleQueue[Told | Exception]") -> None:
        while not self._stop.is_set():
            try:
                done.put(self._told(left.get_nowait()))
            except Empty:
                return
            except Exception as error:
                done.put(error)

    def _last_replies(
        self, askers: Sequence[threading.Thread], done: "SimpleQueue[Told | Exception]"
    ) -> Iterator[Told]:
        """What is still on its way has been paid for: wait for it, unless told again to stop."""
        self._stop.set()
        busy = sum(asker.is_alive() for asker in askers)
        if busy:
            print(
                f"\nStopping: waiting for up to {busy} replies that are on their way, at most "
                f"{self._teacher.timeout:g} seconds without a word. Ctrl-C ends it now.",
                file=sys.stderr,
                flush=True,
            )
        try:
            for asker in askers:
                asker.join()
        finally:
            while not done.empty():
                last = done.get()
                if isinstance(last, Told):
                    yield last

    def _told(self, ask: Ask) -> Told:
        import openai

        for attempt in range(self._teacher.retries + 1):
            try:
                self._pace.wait(self._stop)
                return self._once(ask)
            except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as error:
                raise self._refusal(error) from None
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                raise BadReplyError(f"status {error.status_code}") from None
            except openai.APIConnectionError as error:  # timeouts too
                if attempt == self._teacher.retries:
                    raise self._unreachable(error) from None
                self._wait(attempt, None)
            except (openai.APIError, BadReplyError, ValueError) as error:
                if attempt == self._teacher.retries:
                    raise self._given_up(error) from None
                self._wait(attempt, error)
        raise AssertionError("unreachable")

    def _once(self, ask: Ask) -> Told:
        """One streamed reply, whole or not at all."""
        conversation: Any = list(ask.messages)
        stream = self._client.chat.completions.create(
            model=self._teacher.model,
            messages=conversation,
            temperature=self._teacher.temperature,
            max_tokens=self._teacher.most_tokens,
            seed=ask.sample,
            stream=True,
            stream_options={"include_usage": True},
        )
        words: list[str] = []
        finish, tokens_in, tokens_out = "", 0, 0
        for chunk in stream:
            if usage := getattr(chunk, "usage", None):
                tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
            for choice in _choices(chunk):
                words.append(choice.delta.content or "")
                finish = choice.finish_reason or finish
        text = "".join(words)
        if not finish:
            kind = stream.response.headers.get("content-type", "")
            if "event-stream" not in kind:
                raise BadReplyError(f"a streamed reply was asked for, it sent {kind or 'something else'}")
            raise BadReplyError("the reply broke off")
        if finish == "stop" and not text.strip():
            raise BadReplyError("the reply is empty")
        finish = "refused" if finish == "content_filter" else finish
        return Told(ask.code, self._teacher.label, text, finish, tokens_in, tokens_out)

    def _given_up(self, error: Exception) -> Exception:
        """Server errors that last stop the run; one odd reply among good ones is only left out."""
        import openai

        if isinstance(error, openai.APIStatusError):
            return UserError(
                f"The teacher at {self._teacher.url} keeps answering with status {error.status_code}. "
                "What it wrote so far is kept; run again later, or lower `concurrency`."
            )
        return BadReplyError(str(error))

    def _useless(self, count: int, error: Exception) -> UserError:
        return UserError(
            f"The teacher at {self._teacher.url} sent no reply that can be used to {count} questions "
            f"({error}). Check `url` and `model` in the recipe, then run again."
        )

    def _wait(self, attempt: int, error: Exception | None) -> None:
        told = _retry_after(error)
        wait = self._first_wait * 2**attempt * random.uniform(0.5, 1.5) if told is None else told
        if self._stop.wait(min(wait, LONGEST_WAIT)):
            raise BadReplyError("stopped")

    def _unreachable(self, error: Exception) -> UserError:
        return UserError(
            f"The teacher at {self._teacher.url} cannot be reached ({error}). Start the server or check "
            "`url` in the recipe; what it wrote so far is kept, so run again to go on."
        )

    def _refusal(self, error: Exception) -> UserError:
        status = getattr(error, "status_code", "?")
        if status == 401:
            return UserError(
                f"The teacher at {self._teacher.url} refuses the key (status 401). Put a valid one into the "
                f"variable {self._teacher.key_env} and run again."
            )
        return UserError(
            f"The teacher at {self._teacher.url} refuses the model {self._teacher.model!r} "
            f"(status {status}). Check `model` in the recipe and the key in {self._teacher.key_env}."
        )


def _key(teacher: Teacher) -> str:
    key = os.environ.get(teacher.key_env, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UserError(
            f"The variable {teacher.key_env} holds no key that can be sent; it must be one plain line."
        )
    return key or "none"


def _usable(done: Told | Exception) -> Told:
    if isinstance(done, Exception):
        raise done
    return done


def _choices(chunk: Any) -> Sequence[Any]:
    choices = getattr(chunk, "choices", None)
    if choices is None or any(getattr(choice, "delta", None) is None for choice in choices):
        raise BadReplyError("the reply is not in the form of a chat completion")
    found: Sequence[Any] = choices
    return found


def _retry_after(error: Exception | None) -> float | None:
    response = getattr(error, "response", None)
    try:
        return max(0.0, float(response.headers["retry-after"])) if response is not None else None
    except (KeyError, ValueError):
        return None


class Pace:
    """Spaces requests out so that a limit per minute is kept."""

    def __init__(self, per_minute: float) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, stop: threading.Event) -> None:
        """Wait for one's turn."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap
        stop.wait(turn - now)
