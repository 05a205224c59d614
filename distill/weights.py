"""A CTranslate2 model file, read: what a converted student is made of."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tutor_app.errors import UserError

_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_BFLOAT16 = 5  # numpy has no such type
_OLDEST = 3  # of the file's versions: those before told no types

Variables = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The kind of model (`TransformerDecoderSpec`) and its variables; a variable may have several names."""

    spec: str
    variables: Variables

    @property
    def parameters(self) -> int:
        """How many weights it holds (scales and settings are not weights)."""
        own = {id(each): each for name, each in self.variables.items() if not name.endswith("_scale")}
        return sum(each.size for each in own.values() if each.ndim)

    @property
    def finite(self) -> bool:
        """Every weight is a number, and so is every scale."""
        floats = (each for each in self.variables.values() if each.dtype.kind == "f")
        return all(bool(np.isfinite(each).all()) for each in floats)


def read_model_file(path: Path) -> ModelFile:
    """Everything in a `model.bin`."""
    with path.open("rb") as file:
        try:
            return _read(file)
        except (struct.error, KeyError, ValueError, UnicodeDecodeError):
            raise UserError(
                f"{path} is damaged or of an unknown version; install the package again."
            ) from None


def _read(file: BinaryIO) -> ModelFile:
    if _number(file, "I") < _OLDEST:
        raise ValueError("too old")
    spec = _string(file)
    _number(file, "I")  # the revision of the spec
    variables: dict[str, np.ndarray] = {}
    for _ in range(_number(file, "I")):
        name = _string(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        kind, size = _number(file, "B"), _number(file, "I")
        variables[name] = _values(kind, file.read(size)).reshape(shape)
    for _ in range(_number(file, "I")):
        alias, name = _string(file), _string(file)
        variables[alias] = variables[name]
    return ModelFile(spec, variables)


def _values(kind: int, data: bytes) -> np.ndarray:
    if kind == _BFLOAT16:  # the upper halves of float32
        return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, _TYPES[kind])


def _number(file: BinaryIO, kind: str) -> int:
    return int(struct.unpack(f"<{kind}", file.read(struct.calcsize(f"<{kind}")))[0])


def _string(file: BinaryIO) -> str:
    return file.read(_number(file, "H")).rstrip(b"\0").decode()
