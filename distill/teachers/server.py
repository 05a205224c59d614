"""A teacher behind any OpenAI-compatible server: vLLM, llama.cpp, Ollama, a cloud."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
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
        key = os.environ.get(teacher.key_env) or "none"
        self._client = OpenAI(base_url=teacher.url, api_key=key, max_retries=0, timeout=teacher.timeout)
        self._pace = Pace(teacher.requests_per_minute)
        self._stop = threading.Event()

    def replies(self, asks: Sequence[Ask], known: Callable[[Ask], bool]) -> Iterator[Told]:
        """Usable replies as they come; a question without one is left out, so that it is asked another time.

        A server that cannot be reached, refuses, or sends nothing usable ends it with one sentence.
        """
        pool = ThreadPoolExecutor(self._teacher.concurrency)
        waiting: list[Future[Told]] = [pool.submit(self._told, ask) for ask in asks if not known(ask)]
        good, bad = len(asks) - len(waiting), 0
        try:
            for done in as_completed(waiting):
                try:
                    yield done.result()
                    good += 1
                except BadReplyError as error:
                    bad += 1
                    if not good and bad >= min(MOST_BAD, len(waiting)):
                        raise self._useless(bad, error) from None
        finally:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

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
