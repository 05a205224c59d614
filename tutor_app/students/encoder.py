"""Text to token ids and back, where control tokens typed by a user stay plain text.

A student's folder holds `tokenizer.json` or a SentencePiece `.model`. Training uses these same encoders, so
a student meets in the app exactly the ids it was trained on.
"""

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from tutor_app.errors import UserError

# A prompt keeps 640 tokens; what lies beyond this many characters could never be among them.
_MOST_CHARACTERS = 40_000
# Families whose vocabulary has no line break (T5) borrow their first sentinel for it.
_LINE_BREAK = "<extra_id_0>"
UNFINISHED = "\ufffd"


class Encoder(Protocol):
    """A `prompts.PlainEncoder` that also decodes."""

    def encode_plain(self, text: str) -> list[int]: ...

    def control(self, token: str) -> int: ...

    def decode(self, ids: Sequence[int]) -> str: ...


class _Encoder:
    """What both kinds share: typed control tokens spelled out, line breaks kept, control ids unseen."""

    def __init__(
        self,
        encode: Callable[[str], list[int]],
        decode: Callable[[list[int]], str],
        controls: dict[str, int],
        unknown: int | None,
    ) -> None:
        self._encode, self._decode, self._controls = encode, decode, controls
        self._spelled = {id_: text for text, id_ in controls.items() if id_ != unknown}
        keeps_lines = "\n" in decode(encode("a\nb"))
        self._line_break = None if keeps_lines else controls.get(_LINE_BREAK)

    def control(self, token: str) -> int:
        """The id of a control token such as `<|im_end|>`."""
        if token not in self._controls:
            raise UserError(f"The student's tokenizer has no token {token}; the student cannot be used.")
        return self._controls[token]

    def encode_plain(self, text: str) -> list[int]:
        """The ids of a text, none of which is a control token (but for the line break where T5 needs one)."""
        clean = text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        if self._line_break is None:
            return self._plain(clean)
        ids: list[int] = []
        for number, line in enumerate(clean.split("\n")):
            if number:
                ids.append(self._line_break)
            ids += self._plain(line)
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; control tokens show as nothing."""
        parts = []
        for is_break, group in groupby(ids, lambda id_: id_ == self._line_break):
            kept = [id_ for id_ in group if is_break or id_ not in self._spelled]
            parts.append("\n" * len(kept) if is_break else self._decode(kept))
        return "".join(parts)

    def _plain(self, text: str) -> list[int]:
        ids = self._encode(text)
        if self._spelled.keys().isdisjoint(ids):
            return ids
        return [plain for id_ in ids for plain in self._spell(id_)]

    def _spell(self, id_: int) -> list[int]:
        """The ids themselves, or those of a control token's letters (some vocabularies hold it as a word)."""
        if id_ not in self._spelled:
            return [id_]
        ids = [part for letter in self._spelled[id_] for part in self._encode(letter)]
        return [part for part in ids if part not in self._spelled]


class TokenizerEncoder(_Encoder):
    """Reads `tokenizer.json`; its added tokens are taken out of the part that encodes text."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        added = {token["content"]: int(token["id"]) for token in raw.get("added_tokens", ())}
        plain = Tokenizer.from_str(
            json.dumps({**raw, "added_tokens": [], "truncation": None, "padding": None})
        )
        unknown = raw["model"].get("unk_id", added.get(raw["model"].get("unk_token") or ""))
        super().__init__(
            lambda text: list(plain.encode(text, add_special_tokens=False).ids),
            lambda ids: str(plain.decode(ids, skip_special_tokens=False)),
            added,
            unknown,
        )


class SentencePieceEncoder(_Encoder):
    """Reads a SentencePiece `.model`, with T5's hundred sentinels numbered down from its end."""

    def __init__(self, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        pieces = SentencePieceProcessor(model_file=str(path))
        size = pieces.get_piece_size()
        controls = {pieces.id_to_piece(id_): id_ for id_ in range(size) if pieces.is_control(id_)}
        controls |= {f"<extra_id_{number}>": size + 99 - number for number in range(100)}
        super().__init__(
            lambda text: list(pieces.encode(text)),
            lambda ids: str(pieces.decode(ids)),
            controls,
            pieces.unk_id(),
        )


class TextStream:
    """Turns ids that arrive one by one into pieces of text, whole characters only."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._ids: list[int] = []
        self._shown = self._start = 0

    def push(self, id_: int) -> str:
        """The text this id completes; empty while a character is unfinished."""
        self._ids.append(id_)
        before = self._encoder.decode(self._ids[self._start : self._shown])
        now = self._encoder.decode(self._ids[self._start :])
        if now.endswith(UNFINISHED) or len(now) <= len(before):
            return ""
        self._start, self._shown = self._shown, len(self._ids)
        return now[len(before) :]


def load_encoder(folder: Path) -> Encoder:
    """The encoder of a student's folder."""
    try:
        if (folder / "tokenizer.json").is_file():
            return TokenizerEncoder(folder / "tokenizer.json")
        for path in sorted(folder.glob("*.model")):
            return SentencePieceEncoder(path)
    except UserError:
        raise
    except Exception as error:  # the tokenizers library raises bare Exception
        raise UserError(
            f"The tokenizer in {folder} cannot be read ({error}); install the students again."
        ) from error
    raise UserError(f"{folder} has no tokenizer.json and no SentencePiece model; install the students again.")
