"""The finished package: both students, calibration, a model card that tells the truth, and a manifest."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from distill.folders import Folders
from distill.lines import numbered_lines
from distill.recipe import Recipe
from distill.stages import Work, base_manifest, note_files
from distill.subjects import MODEL, converted_family
from distill.weights import read_model_file
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.students.packages import ROLES, Manifest, Package, read_package, seal
from tutor_app.students.prompts import VERSION

CARD = "MODEL_CARD.md"
CALIBRATION = "calibration.json"
LIMITS = (
    "These are very small language models. They get school science wrong often enough that their answers are "
    "a help for thinking, never an authority: see the scores for how often.",
    "Facts marked with a source are quoted from the fact base word for word; a fact may still be beside the "
    "point. Steps in the tutor's own words can state false science with confidence.",
    "They read English only, know nothing of pictures, tables or the date, and cannot calculate reliably.",
    "'Sure' and 'not sure' were fitted on the dev questions named here; on other kinds of questions the "
    "confidence may be off.",
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a package was made from: shown in its card and manifest, never acted on."""

    name: str
    version: str
    base: str
    licence: str = "Apache-2.0"
    data: tuple[Mapping[str, object], ...] = ()
    teachers: tuple[str, ...] = ()
    parity: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    notes: str = ""


def assemble(
    target: Path,
    converted: Path,
    calibration: Path,
    provenance: Provenance,
    scores: Mapping[str, object],
) -> Manifest:
    """Build a package from a folder with `rationale/` and `answer/`, in one step; the old one is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        made = Path(scratch) / "package"
        for role in ROLES:
            if not (converted / role / MODEL).is_file():
                raise UserError(
                    f"{converted} lacks the converted student {role}/; convert both students first."
                )
            shutil.copytree(converted / role, made / role)
        weights = [read_model_file(made / role / MODEL) for role in ROLES]
        for role, each in zip(ROLES, weights, strict=True):
            if not each.finite:
                raise UserError(
                    f"The weights of the {role} student are no numbers, so it is not packaged. Train it "
                    "again with a lower learning_rate."
                )
        shutil.copyfile(calibration, made / CALIBRATION)
        manifest = Manifest(
            name=provenance.name,
            version=provenance.version,
            prompt_version=VERSION,
            base=provenance.base,
            family=converted_family(made / "answer"),
            parameters=sum(each.parameters for each in weights),
            data=tuple(provenance.data),
            licences=_licences(provenance),
            scores=scores,
        )
        write_atomically(made / CARD, model_card(manifest, provenance, made), 0o644)
        sealed = seal(made, manifest)
        if target.exists():
            shutil.rmtree(target)
        made.rename(target)
    return sealed


def rewrite_scores(package: Package, scores: Mapping[str, object]) -> Manifest:
    """Put newly measured figures into a package's card and manifest."""
    card = package.folder / CARD
    text = card.read_text("utf-8")
    head, mark, rest = text.partition(_SCORES)
    if not mark:
        head, rest = text.rstrip() + "\n\n", ""
    after = rest.partition("\n## ")
    tail = f"\n## {after[2]}" if after[1] else ""
    write_atomically(card, f"{head}{_SCORES}\n{score_table(scores)}\n{tail}", 0o644)
    return seal(package.folder, replace(package.manifest, scores=scores))


def write_zip(folder: Path, target: Path) -> Path:
    """The package as one file; the same package always gives the same bytes."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        made = Path(scratch) / target.name
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as out:
                    shutil.copyfileobj(source, out, 1 << 20)
        made.replace(target)
    return target


def size_report(folder: Path) -> str:
    """What takes how much room."""
    rows = [(name, _size(folder / name)) for name in (*ROLES, CALIBRATION, CARD)]
    total = sum(size for _, size in rows)
    lines = [f"{name:<20} {size / 1e6:>8.1f} MB" for name, size in rows if size]
    return "\n".join([*lines, f"{'together':<20} {total / 1e6:>8.1f} MB"])


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


_SCORES = "## Scores\n"


def model_card(manifest: Manifest, provenance: Provenance, folder: Path) -> str:
    """The card: what the students are, what they learned from, how good they are, what they cannot do."""
    data = [
        f"| {each.get('name', '')} | {each.get('questions', '')} | {each.get('licence') or 'not stated'} |"
        for each in provenance.data
    ]
    parity = [f"- {role}: {_parity_line(found)}" for role, found in provenance.parity.items()]
    parts = [
        f"# {manifest.title}",
        "Two small students of science: the first explains a question step by step, the second answers it "
        "from the question and the explanation. Made with `distill`, run with `tutor`.",
        "## What they are",
        f"- Base: {manifest.base}\n- Family: {manifest.family}\n- Parameters: "
        f"{manifest.parameters / 1e6:.1f} million in both students together\n"
        f"- Prompts: version {manifest.prompt_version}\n- Licence of the students: {provenance.licence}",
        "## Size",
        "```\n" + size_report(folder) + "\n```",
        "## Data",
        "\n".join(["| source | questions | licence |", "| --- | --- | --- |", *data])
        if data
        else "No data was named.",
        "Rationales by: " + (", ".join(provenance.teachers) or "not stated") + ".",
        _SCORES + score_table(manifest.scores),
    ]
    if parity:
        parts += ["## Against the originals", "\n".join(parity)]
    parts += ["## Limits", "\n".join(f"- {line}" for line in LIMITS)]
    if provenance.notes:
        parts.append(provenance.notes.strip())
    return "\n\n".join(parts) + "\n"


def score_table(scores: Mapping[str, object]) -> str:
    """Scores (`set/route` to figures) as a Markdown table that names the protocol of each."""
    rows = [(name, each) for name, each in scores.items() if isinstance(each, Mapping)]
    if not rows:
        return "Not measured yet: `distill evaluate` measures them.\n"
    lines = [
        "| set | route | protocol | questions | accuracy | 95% interval | ECE |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, each in rows:
        wanted, _, route = name.partition("/")
        file = each.get("file")
        wanted = f"{wanted} ({file})" if file else wanted
        accuracy = each["accuracy"]
        lines.append(
            f"| {wanted} | {route} | {each['protocol']} | {each['questions']} | {accuracy['value']:.1%} "
            f"| {accuracy['low']:.1%} to {accuracy['high']:.1%} | {each['ece']:.3f} |"
        )
    return "\n".join(lines) + "\n"


def _parity_line(found: Mapping[str, object]) -> str:
    return (
        f"{found['quantization']} puts the same option first as the original on {found['same_choice']:.0%} "
        f"of {found['questions']} questions and writes the same text for {found['same_text']:.0%} of "
        f"{found['texts']} prompts"
    )


def _licences(provenance: Provenance) -> tuple[str, ...]:
    found = [provenance.licence, *(str(each.get("licence") or "") for each in provenance.data)]
    return tuple(dict.fromkeys(each for each in found if each))


def run_stage(work: Work) -> None:
    """Put a run's students together; a zip beside the folder when the recipe asks for one."""
    recipe = work.recipe
    name = recipe.package_name
    convert, calibrate = work.earlier["convert"], work.earlier["calibrate"]
    taught = base_package(recipe, work.folders)
    made_from = f" (of the students {taught.title}, from {taught.base})" if taught else ""
    provenance = Provenance(
        name,
        recipe.package.version,
        (recipe.base.model or f"fresh {recipe.base.fresh} weights") + made_from,
        recipe.package.licence,
        _data(recipe, work.earlier["corpus"]) + (_data_of(taught) if taught else ()),
        tuple(teacher.label for teacher in recipe.teachers),
        _parity(convert / "parity.json"),
        "\n\n".join(_text(path) for path in note_files(recipe, work.folders)),
    )
    scores = json.loads((calibrate / "scores.json").read_text("utf-8"))
    assemble(work.folder / name, convert, calibrate / CALIBRATION, provenance, scores)
    read_package(work.folder / name)
    work.say("\n" + size_report(work.folder / name))
    if recipe.package.zip:
        write_zip(work.folder / name, work.folder / f"{name}.zip")


def _parity(path: Path) -> dict[str, dict[str, object]]:
    """How near the students are to their originals."""
    found: dict[str, dict[str, object]] = json.loads(path.read_text("utf-8"), parse_constant=_no_number)
    return found


def _no_number(_: str) -> float:
    raise UserError(
        "A converted student's scores are no numbers, so nothing is packaged. Train it again with a lower "
        "learning_rate."
    )


def _text(path: Path) -> str:
    return "".join(line for _, line in numbered_lines(path))


def _data(recipe: Recipe, corpus: Path) -> tuple[dict[str, object], ...]:
    counts = _counts(corpus / "train.jsonl")
    return tuple(
        {"name": source.name, "questions": counts.get(source.name, 0), "licence": source.licence}
        for source in recipe.named("train")
    )


def base_package(recipe: Recipe, folders: Folders) -> Manifest | None:
    """The manifest of the package whose student is the base, if it is one of a package."""
    path = base_manifest(recipe, folders)
    return read_package(path.parent).manifest if path else None


_LEARNT, _ITSELF = " (learnt by the base)", " (the base)"


def _data_of(taught: Manifest) -> tuple[dict[str, object], ...]:
    """What the base learned from, which the new students keep and whose licences hold for them too."""
    data: list[dict[str, object]] = []
    for each in taught.data:
        if isinstance(each, Mapping):
            row = {**each, "name": _learnt(str(each.get("name", "")))}
            if row not in data:
                data.append(row)
    stated = {each.get("licence") for each in data}
    own = [str(licence) for licence in taught.licences if licence not in stated]
    data += ({"name": f"{taught.title}{_ITSELF}", "questions": "", "licence": each} for each in own)
    return tuple(data)


def _learnt(name: str) -> str:
    """The name of what a base learned from, which its own base may have learned from before."""
    return name if name.endswith((_LEARNT, _ITSELF)) else name + _LEARNT


def _counts(path: Path) -> dict[str, int]:
    from distill.corpus import read_items

    ids: dict[str, set[str]] = {}
    for item in read_items(path):
        ids.setdefault(item.source, set()).add(item.id)
    return {source: len(found) for source, found in ids.items()}
