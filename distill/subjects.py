"""Who is measured: a student package, two converted students without one, or one raw model."""

import hashlib
import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from distill.protocols import PlainFrame
from tutor_app.errors import UserError
from tutor_app.students import prompts
from tutor_app.students.decoder_engine import DecoderStudent
from tutor_app.students.engine import Family, Student, Threads, open_student
from tutor_app.students.prompts import DecoderFrame

MODEL = "model.bin"
MOST_AT_ONCE = 32
_SEQ2SEQ_SPEC = "TransformerSpec"
FAMILIES = {"llama": Family.DECODER, "t5": Family.ENCODER_DECODER}


@dataclass(frozen=True, slots=True)
class Subject:
    """A model or pair of models to ask; `answer` scores options, the one in `rationale` (if any) explains.

    `package` is the folder of a whole package (with manifest and calibration), else None. `identity` is the
    weights' hash: scores kept for one identity are never mixed with another's.
    """

    name: str
    folder: Path
    family: Family
    answer: Path
    rationale: Path | None
    package: Path | None
    identity: str
    original: bool = False
    compute_type: str = "default"

    def open_answer(self, threads: Threads = Threads(), plain: bool = False) -> Student:
        """Load the student that scores options (torch only for a model in transformers' form).

        `plain` asks without the students' frame, as published evaluations of base models do.
        """
        if plain and self.family is not Family.DECODER:
            raise UserError(f"{self.answer} is no decoder-only model; published protocols score only those.")
        frame = PlainFrame() if plain else DecoderFrame()
        if self.original:
            from distill.original import Original

            return Original(self.answer, self.family, frame=frame)
        if plain:
            return DecoderStudent(self.answer, threads, self.compute_type, MOST_AT_ONCE, frame)
        return open_student(self.answer, self.family, threads, compute_type=self.compute_type)


def find_subject(folder: Path) -> Subject:
    """What lies in `folder`: a package, a run's converted students, a CTranslate2 or a transformers model."""
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}; give a student package or a model's folder.")
    name = folder.resolve().name
    if (folder / "answer" / MODEL).is_file():
        answer, rationale = folder / "answer", folder / "rationale"
        package = folder if (folder / "manifest.json").is_file() else None
        written = rationale if (rationale / MODEL).is_file() else None
        identity = weights_identity(answer, *([written] if written else []))
        return Subject(name, folder, converted_family(answer), answer, written, package, identity)
    if (folder / MODEL).is_file():
        return Subject(name, folder, converted_family(folder), folder, None, None, weights_identity(folder))
    if (folder / "config.json").is_file():
        family = original_family(folder)
        return Subject(name, folder, family, folder, None, None, weights_identity(folder), original=True)
    raise UserError(
        f"{folder} holds no student package (manifest.json), no CTranslate2 model (model.bin) and no "
        "transformers model (config.json)."
    )


def converted_family(folder: Path) -> Family:
    """The family of a CTranslate2 model, from the specification named at the head of its file."""
    with (folder / MODEL).open("rb") as file:
        head = file.read(70)
    try:
        _, length = struct.unpack_from("<IH", head)
        spec = head[6 : 6 + length].rstrip(b"\0").decode()
    except (struct.error, UnicodeDecodeError):
        raise UserError(f"{folder / MODEL} is not a CTranslate2 model; convert the student again.") from None
    return Family.ENCODER_DECODER if spec == _SEQ2SEQ_SPEC else Family.DECODER


def original_family(folder: Path) -> Family:
    """The family of a transformers model, from its configuration."""
    try:
        kind = str(json.loads((folder / "config.json").read_text("utf-8")).get("model_type", ""))
    except (OSError, ValueError):
        raise UserError(
            f"{folder / 'config.json'} cannot be read; is {folder} a transformers model?"
        ) from None
    if kind not in FAMILIES:
        raise UserError(
            f"{folder} is a {kind or 'nameless'} model; bases of these families can be used: "
            f"{', '.join(FAMILIES)}."
        )
    return FAMILIES[kind]


def weights_identity(*folders: Path) -> str:
    """A hash of everything in the models' folders and of the prompts' version."""
    whole = hashlib.sha256(f"prompts {prompts.VERSION}".encode())
    for folder in folders:
        for path in _files(folder):
            with path.open("rb") as file:
                whole.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:20]


def _files(folder: Path) -> Iterable[Path]:
    kept = (".bin", ".safetensors", ".json", ".model")
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in kept)
