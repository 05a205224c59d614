"""From a transformers folder to a package the app installs."""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from distill.convert import convert, described, parity_of_folders, write_parity
from distill.corpus import Item
from distill.package import Provenance, assemble, model_card, size_report, write_zip
from distill.recipe import QUANTIZATIONS, Base
from distill.subjects import converted_family
from distill.train.bases import save_base
from distill.weights import read_model_file
from tests.distill.students import QUESTIONS, exact_int8
from tutor_app.errors import UserError
from tutor_app.students.engine import Family
from tutor_app.students.packages import read_package, verify

ITEMS = [
    Item(f"q{number}", "dev", "dev", text, choices, answer)
    for number, (text, choices, answer) in enumerate(QUESTIONS)
]


@pytest.mark.parametrize("family", Family)
def test_float32_agrees_with_the_original(
    family: Family, packages: dict[Family, Path], tmp_path: Path
) -> None:
    original = packages[family] / "originals" / "answer"
    convert(original, tmp_path / "made", "float32")
    found = parity_of_folders(original, tmp_path / "made", ITEMS, "float32")
    assert converted_family(tmp_path / "made") is family
    assert (found.same_choice, found.same_order, found.same_text) == (1.0, 1.0, 1.0)
    assert found.score_gap < 1e-3
    assert (found.questions, found.texts) == (8, 8)


@pytest.mark.parametrize("family", Family)
def test_int8_is_near_the_original_and_smaller(
    family: Family, packages: dict[Family, Path], tmp_path: Path
) -> None:
    original = packages[family] / "originals" / "answer"
    for quantization in ("int8", "float32"):
        convert(original, tmp_path / quantization, quantization)
    found = parity_of_folders(original, tmp_path / "int8", ITEMS, "int8")
    assert found.same_choice >= 0.75
    assert found.mean_gap > 0
    sizes = [(tmp_path / each / "model.bin").stat().st_size for each in ("int8", "float32")]
    assert sizes[0] < sizes[1]
    write_parity(tmp_path / "parity.json", {"answer": found})
    assert json.loads((tmp_path / "parity.json").read_text())["answer"]["quantization"] == "int8"
    assert "int8 against the original" in described(found)


@exact_int8
def test_what_learned_to_compute_as_int8_is_held_against_itself_as_it_was_trained(
    packages: dict[Family, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCI_COT_FUSE", "0")
    original = packages[Family.DECODER] / "originals" / "answer"
    convert(original, tmp_path / "made", "int8", levels=20)
    as_float = parity_of_folders(original, tmp_path / "made", ITEMS, "int8")
    as_trained = parity_of_folders(original, tmp_path / "made", ITEMS, "int8", int8_levels=20)
    assert as_trained.mean_gap < as_float.mean_gap / 4


@pytest.mark.parametrize("quantization", QUANTIZATIONS)
def test_weights_of_every_quantization_are_read(
    quantization: str, packages: dict[Family, Path], tmp_path: Path
) -> None:
    convert(packages[Family.DECODER] / "originals" / "answer", tmp_path / "made", quantization)
    found = read_model_file(tmp_path / "made" / "model.bin").variables
    assert np.abs(found["decoder/layer_norm/gamma"] - 1).max() < 0.1


def test_what_a_killed_conversion_left_is_cleared_away(packages: dict[Family, Path], tmp_path: Path) -> None:
    left = tmp_path / ".made.k1ll3d" / "model"
    left.mkdir(parents=True)
    convert(packages[Family.DECODER] / "originals" / "answer", tmp_path / "made")
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


@pytest.mark.parametrize(
    ("quantization", "gap"), [("float32", 1e-3), pytest.param("int8", 0.2, marks=exact_int8)]
)
def test_a_converted_student_can_be_trained_further(
    quantization: str, gap: float, packages: dict[Family, Path], tmp_path: Path
) -> None:
    convert(packages[Family.DECODER] / "originals" / "answer", tmp_path / "made", quantization)
    save_base(Base(model="made"), tmp_path / "made", (), tmp_path / "base", seed=1)
    found = parity_of_folders(tmp_path / "base", tmp_path / "made", ITEMS, quantization)
    assert found.score_gap < gap
    convert(tmp_path / "base", tmp_path / "again", quantization)
    for name in ("model.bin", "config.json", "vocabulary.json"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "made" / name).read_bytes()


def test_only_whole_decoders_can_be_trained_further(packages: dict[Family, Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="only decoder-only students"):
        save_base(Base(model="t5"), packages[Family.ENCODER_DECODER] / "answer", (), tmp_path / "base", 1)
    shutil.copytree(packages[Family.DECODER] / "answer", tmp_path / "cut")
    weights = tmp_path / "cut" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(UserError, match="damaged"):
        save_base(Base(model="cut"), tmp_path / "cut", (), tmp_path / "base", 1)


def test_parity_sees_that_another_model_is_another(packages: dict[Family, Path], other_package: Path) -> None:
    original = packages[Family.DECODER] / "originals" / "answer"
    found = parity_of_folders(original, other_package / "answer", ITEMS, "float32")
    assert found.score_gap > 0.1
    assert found.same_text < 1.0


def test_a_failed_conversion_leaves_the_old_one(packages: dict[Family, Path], tmp_path: Path) -> None:
    original, target = tmp_path / "original", tmp_path / "made"
    shutil.copytree(packages[Family.DECODER] / "originals" / "answer", original)
    convert(original, target, "float32")
    before = (target / "model.bin").read_bytes()
    (original / "tokenizer.json").unlink()
    with pytest.raises(UserError, match="tokenizer"):
        convert(original, target, "int8")
    assert (target / "model.bin").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("quantization", "kind", "words"),
    [("int3", "llama", "no quantization 'int3'"), ("int8", "gpt2", "is a gpt2 model")],
)
def test_what_cannot_be_converted_is_named(quantization: str, kind: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))
    with pytest.raises(UserError, match=words):
        convert(tmp_path, tmp_path / "made", quantization)


def made_package(packages: dict[Family, Path], target: Path) -> Path:
    source = packages[Family.DECODER]
    provenance = Provenance(
        "kids",
        "2.0",
        "tiny base",
        data=({"name": "ours", "questions": 8, "licence": "CC BY 4.0"},),
        teachers=("me",),
        notes="## What was tried\n\nNothing else.\n",
    )
    accuracy = {"value": 0.5, "low": 0.2, "high": 0.8}
    scores = {"dev/both": {"protocol": "tutor", "questions": 8, "accuracy": accuracy, "ece": 0.125}}
    assemble(target, source, source / "calibration.json", provenance, scores)
    return target


def test_a_package_is_whole_and_its_card_tells_where_it_comes_from(
    packages: dict[Family, Path], tmp_path: Path
) -> None:
    package = read_package(made_package(packages, tmp_path / "kids"))
    verify(package)
    assert package.manifest.title == "kids 2.0"
    assert package.manifest.licences == ("Apache-2.0", "CC BY 4.0")
    assert (
        package.manifest.parameters == 2 * read_model_file(package.folder / "answer" / "model.bin").parameters
    )
    card = (package.folder / "MODEL_CARD.md").read_text("utf-8")
    assert "| ours | 8 | CC BY 4.0 |" in card
    assert "| dev | both | tutor | 8 | 50.0% | 20.0% to 80.0% | 0.125 |" in card
    assert "## Limits" in card
    assert card.endswith("## What was tried\n\nNothing else.\n")
    assert "together" in size_report(package.folder)
    assert model_card(package.manifest, Provenance("kids", "2.0", "tiny base"), package.folder) != card


def test_a_package_replaces_the_one_before(packages: dict[Family, Path], tmp_path: Path) -> None:
    made_package(packages, tmp_path / "kids")
    (tmp_path / "kids" / "answer" / "left-over").write_text("old")
    verify(read_package(made_package(packages, tmp_path / "kids")))
    assert not (tmp_path / "kids" / "answer" / "left-over").exists()


def test_the_number_of_weights_is_the_originals(packages: dict[Family, Path]) -> None:
    from transformers import AutoModelForCausalLM

    package = packages[Family.DECODER]
    original = AutoModelForCausalLM.from_pretrained(package / "originals" / "answer")
    # Fresh norm layers are all ones, and equal arrays are stored once.
    found = read_model_file(package / "answer" / "model.bin").parameters
    assert found == pytest.approx(original.num_parameters(), rel=0.01)


def test_a_zip_is_the_same_every_time_and_the_app_installs_it(
    packages: dict[Family, Path], tmp_path: Path
) -> None:
    folder = made_package(packages, tmp_path / "kids")
    first = write_zip(folder, tmp_path / "one.zip").read_bytes()
    assert write_zip(folder, tmp_path / "two.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        archive.extractall(tmp_path / "out")
    verify(read_package(tmp_path / "out" / "kids"))


def test_a_student_of_no_numbers_is_neither_compared_nor_packaged(
    packages: dict[Family, Path], tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    source = packages[Family.DECODER]
    original = AutoModelForCausalLM.from_pretrained(source / "originals" / "answer")
    original.model.norm.weight.data.fill_(float("nan"))
    shutil.copytree(source / "originals" / "answer", tmp_path / "spoilt")
    original.save_pretrained(tmp_path / "spoilt")
    shutil.copytree(source / "rationale", tmp_path / "made" / "rationale")
    convert(tmp_path / "spoilt", tmp_path / "made" / "answer")
    with pytest.raises(UserError, match="scores are no numbers"):
        parity_of_folders(tmp_path / "spoilt", tmp_path / "made" / "answer", ITEMS, "int8")
    with pytest.raises(UserError, match="answer student are no numbers"):
        provenance = Provenance("kids", "1", "b")
        assemble(tmp_path / "kids", tmp_path / "made", source / "calibration.json", provenance, {})
    assert not (tmp_path / "kids").exists()


def test_a_missing_student_is_named(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text("{}")
    with pytest.raises(UserError, match="lacks the converted student rationale/"):
        assemble(tmp_path / "kids", tmp_path, tmp_path / "calibration.json", Provenance("k", "1", "b"), {})
