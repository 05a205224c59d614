"""A teacher on this machine: any causal language model that transformers loads."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from distill.recipe import Teacher
from distill.teachers.asking import Ask, Told
from distill.teachers.prompting import Message
from tutor_app.errors import UserError


class LocalTeacher:
    """Writes in batches of the recipe's `concurrency`.

    A batch is seeded by its first question and always holds the same questions, so that a run that was
    stopped writes the same rationales as one that was not.
    """

    def __init__(self, teacher: Teacher, model: str) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._teacher = teacher
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model)
            loaded: Any = AutoModelForCausalLM.from_pretrained(model, dtype="auto")
        except (OSError, ValueError) as error:
            raise UserError(f"The local teacher {model!r} cannot be loaded: {_first_line(error)}") from None
        self._model: Any = loaded.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        self._tokenizer.padding_side = "left"
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token

    def replies(self, asks: Sequence[Ask], known: Callable[[Ask], bool]) -> Iterator[Told]:
        """Replies batch by batch; a batch of which all is known is passed over."""
        size = self._teacher.concurrency
        for start in range(0, len(asks), size):
            batch = asks[start : start + size]
            if not all(map(known, batch)):
                yield from self._write(batch)

    def _write(self, batch: Sequence[Ask]) -> Iterator[Told]:
        import torch

        texts = [self._framed(ask.messages) for ask in batch]
        read = self._tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        read.pop("token_type_ids", None)
        torch.manual_seed(int(batch[0].code[:12], 16))
        warm = self._teacher.temperature > 0
        with torch.inference_mode():
            written = self._model.generate(
                **read.to(self._model.device),
                max_new_tokens=self._teacher.most_tokens,
                do_sample=warm,
                temperature=self._teacher.temperature if warm else None,
                top_p=None,
                top_k=None,
                pad_token_id=self._tokenizer.pad_token_id,
            )
        for ask, given, reply in zip(batch, read["attention_mask"], written, strict=True):
            yield self._told(ask, int(given.sum()), reply[len(given) :].tolist())

    def _told(self, ask: Ask, tokens_in: int, ids: list[int]) -> Told:
        ends = self._model.generation_config.eos_token_id
        ended = [ends] if isinstance(ends, int) else list(ends or ())
        stop = next((i for i, token in enumerate(ids) if token in ended), None)
        words = ids if stop is None else ids[:stop]
        finish = "length" if stop is None else "stop"
        text = self._tokenizer.decode(words, skip_special_tokens=True)
        return Told(ask.code, self._teacher.label, text, finish, tokens_in, len(words))

    def _framed(self, conversation: Sequence[Message]) -> str:
        if self._tokenizer.chat_template:
            framed: str = self._tokenizer.apply_chat_template(
                list(conversation), tokenize=False, add_generation_prompt=True
            )
            return framed
        return "\n\n".join(message["content"] for message in conversation) + "\n"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
