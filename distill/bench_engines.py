"""The engines `distill bench` times, each in a process of its own: JSON tasks in, JSON measurements out.

Run as `python -m distill.bench_engines ENGINE MODEL THREADS`, where ENGINE is one of `ENGINES`. Every engine
gets the same prompts from `tutor_app.students.prompts` and as many threads.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from distill.subjects import converted_family, original_family
from tutor_app.students.engine import Family, Limits, Sampling, Student, Threads, open_student
from tutor_app.students.prompts import DecoderFrame, Prompt

DRAWN = Sampling(temperature=0.7)


@dataclass(frozen=True, slots=True)
class Timed:
    """One piece of work: how many tokens were made, the seconds to the first and to the last."""

    tokens: int
    first: float
    seconds: float


class Engine(Protocol):
    """What is timed."""

    def write(self, prompt: Prompt, tokens: int) -> Timed: ...

    def write_many(self, prompts: Sequence[Prompt], samples: int, tokens: int) -> Timed: ...

    def score(self, prompt: Prompt, options: Sequence[str]) -> Timed: ...


class Students:
    """The product's own engine: CTranslate2 through `open_student`, threads side by side as in the app."""

    def __init__(self, folder: Path, threads: int) -> None:
        from tutor_app.students.encoder import load_encoder

        self.encoder = load_encoder(folder)
        self.student: Student = open_student(folder, converted_family(folder), Threads(threads, 1))

    def write(self, prompt: Prompt, tokens: int) -> Timed:
        return timed_stream(self.student.write(prompt, limits=Limits(tokens)), self._count)

    def write_many(self, prompts: Sequence[Prompt], samples: int, tokens: int) -> Timed:
        sampling = DRAWN if samples > 1 else Sampling()
        began = time.perf_counter()
        texts = self.student.write_many(prompts, samples, limits=Limits(tokens), sampling=sampling)
        seconds = time.perf_counter() - began
        return Timed(sum(self._count(text) for each in texts for text in each), seconds, seconds)

    def score(self, prompt: Prompt, options: Sequence[str]) -> Timed:
        return timed_score(lambda: self.student.score([(prompt, options)]))

    def _count(self, text: str) -> int:
        return len(self.encoder.encode_plain(text))


class Transformers:
    """The same weights in transformers, float32 or bfloat16."""

    def __init__(self, folder: Path, threads: int, half: bool) -> None:
        import torch

        from distill.original import Original

        torch.set_num_threads(threads)
        kind = torch.bfloat16 if half else torch.float32
        self.torch = torch
        self.original = Original(folder, original_family(folder), kind)

    def write(self, prompt: Prompt, tokens: int) -> Timed:
        return self._generate([prompt], 1, tokens)

    def write_many(self, prompts: Sequence[Prompt], samples: int, tokens: int) -> Timed:
        return self._generate(prompts, samples, tokens)

    def score(self, prompt: Prompt, options: Sequence[str]) -> Timed:
        return timed_score(lambda: self.original.score([(prompt, options)]))

    def _generate(self, prompts: Sequence[Prompt], samples: int, tokens: int) -> Timed:
        from transformers import StoppingCriteriaList

        torch, original = self.torch, self.original
        rows = [original.read(prompt)[0] for prompt in prompts]
        longest = max(map(len, rows))
        ids = torch.tensor([[original.end] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        marks: list[float] = []

        def mark(ids: Any, scores: Any, **_: Any) -> Any:
            marks.append(time.perf_counter())
            return torch.zeros(ids.shape[0], dtype=torch.bool)

        drawn = {"do_sample": True, "temperature": DRAWN.temperature} if samples > 1 else {"do_sample": False}
        began = time.perf_counter()
        with torch.inference_mode():
            made = original.model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=tokens,
                num_return_sequences=samples,
                eos_token_id=original.end,
                pad_token_id=original.end,
                stopping_criteria=StoppingCriteriaList([mark]),
                **drawn,
            )
        seconds = time.perf_counter() - began
        start = longest if original.family is Family.DECODER else 1
        return Timed(int((made[:, start:] != original.end).sum()), marks[0] - began, seconds)


class LlamaCpp:
    """The base's GGUF in llama.cpp, asked with the same ids."""

    def __init__(self, file: Path, threads: int) -> None:
        Llama = _plain_llama()  # noqa: N806 - a class

        self.make: Callable[[bool], Any] = lambda every: Llama(
            str(file), n_ctx=1024, n_threads=threads, n_threads_batch=threads, logits_all=every, verbose=False
        )
        self.model = self.make(False)
        self.scorer: Any = None
        self.frame = DecoderFrame()

    def encode_plain(self, text: str) -> list[int]:
        return list(self.model.tokenize(text.encode(), add_bos=False, special=False))

    def control(self, token: str) -> int:
        return int(self.model.tokenize(token.encode(), add_bos=False, special=True)[0])

    def write(self, prompt: Prompt, tokens: int) -> Timed:
        return self._stream(prompt, tokens, 0.0)

    def write_many(self, prompts: Sequence[Prompt], samples: int, tokens: int) -> Timed:
        temperature = DRAWN.temperature if samples > 1 else 0.0
        made = [self._stream(prompt, tokens, temperature) for prompt in prompts for _ in range(samples)]
        seconds = sum(each.seconds for each in made)
        return Timed(sum(each.tokens for each in made), seconds, seconds)

    def _stream(self, prompt: Prompt, tokens: int, temperature: float) -> Timed:
        ids, end = self.frame.prompt_ids(self, prompt), self.control(self.frame.end)
        self.model.reset()
        began, first, made = time.perf_counter(), 0.0, 0
        for token in self.model.generate(
            ids, temp=temperature, top_k=0 if temperature else 1, repeat_penalty=1.0
        ):
            made += 1
            first = first or time.perf_counter() - began
            if token == end or made >= tokens:
                break
        return Timed(made, first, time.perf_counter() - began)

    def score(self, prompt: Prompt, options: Sequence[str]) -> Timed:
        # Logits of every position cost this engine much memory: only scoring gets a context that keeps them.
        self.scorer = self.scorer or self.make(True)
        return timed_score(lambda: self._score(prompt, options))

    def _score(self, prompt: Prompt, options: Sequence[str]) -> list[float]:
        import numpy as np

        ids, scorer, totals = self.frame.prompt_ids(self, prompt), self.scorer, []
        scorer.reset()
        scorer.eval(ids)
        for option in options:
            reply = self.frame.reply_ids(self, option)
            scorer.n_tokens = len(ids)  # the question stays evaluated; the option before is dropped
            scorer.eval(reply)
            logits = scorer.scores[len(ids) - 1 : len(ids) - 1 + len(reply)].astype(float)
            logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
            totals.append(float(logs[np.arange(len(reply)), reply].sum()))
        return totals


def _plain_llama() -> Any:
    """llama.cpp's model class, with weights kept as they are in the file.

    Some builds repack weights for AMX tiles and then crash in every prompt on machines, virtual ones mostly,
    that name AMX but do not let it be set up (`ldtilecfg`). The class takes no option for it.
    """
    from llama_cpp import Llama, llama_cpp

    defaults = llama_cpp.llama_model_default_params

    def unpacked() -> Any:
        chosen = defaults()
        chosen.use_extra_bufts = False
        return chosen

    llama_cpp.llama_model_default_params = unpacked
    return Llama


ENGINES: dict[str, Callable[[Path, int], Engine]] = {
    "students": Students,
    "transformers-float32": lambda folder, threads: Transformers(folder, threads, half=False),
    "transformers-bfloat16": lambda folder, threads: Transformers(folder, threads, half=True),
    "llama.cpp": LlamaCpp,
}


def timed_stream(pieces: Iterable[str], count: Callable[[str], int]) -> Timed:
    """How fast a stream of text comes."""
    began, first, text = time.perf_counter(), 0.0, ""
    for piece in pieces:
        first = first or time.perf_counter() - began
        text += piece
    return Timed(count(text), first, time.perf_counter() - began)


def timed_score(score: Callable[[], object]) -> Timed:
    """How long scoring takes."""
    began = time.perf_counter()
    score()
    seconds = time.perf_counter() - began
    return Timed(0, seconds, seconds)


def memory() -> int:
    """The most memory this process has had, in bytes; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if status.is_file():  # `getrusage` counts what the process that started this one had
        most = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(most.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kept if sys.platform == "darwin" else kept * 1024


def do(engine: Engine, task: dict[str, Any]) -> Timed:
    """One task: `write`, `write_many` or `score`."""
    prompts = [Prompt(**each) for each in task["prompts"]]
    if task["kind"] == "write":
        return engine.write(prompts[0], task["tokens"])
    if task["kind"] == "write_many":
        return engine.write_many(prompts, task["samples"], task["tokens"])
    return engine.score(prompts[0], task["options"])


def main(arguments: Sequence[str]) -> int:
    """Load the engine, say so, then answer task after task until the input ends."""
    name, model, threads = arguments
    began = time.perf_counter()
    engine = ENGINES[name](Path(model), int(threads))
    print(json.dumps({"load": time.perf_counter() - began, "memory": memory()}), flush=True)
    for line in sys.stdin:
        done = do(engine, json.loads(line))
        print(json.dumps({**asdict(done), "memory": memory()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
