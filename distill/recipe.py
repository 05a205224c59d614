"""A recipe: everything that makes two students, in one TOML file.

Each section is one frozen dataclass; a stage names the sections it depends on, so that changing a section
runs again exactly what depends on it. `assets/guides/builders.md` explains every key.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from distill.protocols import protocol_named
from distill.recipe_checks import accepted, check, file_name, not_negative, positive, web_address
from distill.routes import QUESTION, parse_routes
from distill.typed_toml import Path_, read_toml
from tutor_app.errors import UserError

QUANTIZATIONS = (
    "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """The run's name (its folder under `runs/`), its seed, and how much of the machine it may take."""

    name: str
    seed: int = 1
    threads: int = 0  # 0: as many as the machine has
    data: str = "data"  # the folder of `data:` files, relative to the recipe

    def __post_init__(self) -> None:
        file_name(self.name, "a run's")
        check("seed", 0 <= self.seed < 2**32, f"seed lies between 0 and {2**32 - 1}")
        check("threads", self.threads >= 0, "threads is 0 (all) or more")


@dataclass(frozen=True, slots=True)
class Base:
    """The model both students start from: a hub id, a folder, a `.gguf` file, or fresh weights."""

    model: str = ""
    fresh: str = ""  # "llama" or "t5": a new model of the sizes below, tokenizer trained on the sources
    vocabulary: int = 800
    width: int = 64
    layers: int = 2
    heads: int = 4
    keep_tokens: int = 0  # trim the vocabulary to this many tokens; 0 keeps all

    def __post_init__(self) -> None:
        check("model", bool(self.model) != bool(self.fresh), "[base] takes either `model` or `fresh`")
        check("fresh", self.fresh in ("", "llama", "t5"), 'fresh is "llama" or "t5"')
        positive(self, "vocabulary", "width", "layers", "heads")
        check("heads", self.width % (2 * self.heads) == 0, "width must be an even multiple of heads")
        check("keep_tokens", self.keep_tokens >= 0, "keep_tokens is 0 (all) or more")
        trims = bool(self.model) or not self.keep_tokens
        check("keep_tokens", trims, "keep_tokens trims a `model`; fresh weights have `vocabulary` tokens")


@dataclass(frozen=True, slots=True)
class Source:
    """Files of questions and what they are for."""

    name: str
    files: tuple[str, ...]
    role: str = "train"
    weight: float = 1.0  # how often its questions are drawn, relative to their number
    limit: int = 0  # use at most this many questions; 0: all
    licence: str = ""

    def __post_init__(self) -> None:
        file_name(self.name, "a source's")
        check("files", bool(self.files), f"the source {self.name!r} names no files")
        check("role", self.role in ("train", "dev"), 'role is "train" or "dev"')
        check("weight", self.weight > 0, "weight must be above 0")
        check("limit", self.limit >= 0, "limit is 0 (all) or more")


@dataclass(frozen=True, slots=True)
class Corpus:
    """How near two questions must be to count as the same, and what one question may be."""

    near: float = 0.7  # share of words in common from which two questions are near-duplicates
    most_words: int = 300

    def __post_init__(self) -> None:
        check("near", 0.5 <= self.near <= 1, "near lies between 0.5 and 1")
        check("most_words", self.most_words > 0, "most_words must be above 0")


@dataclass(frozen=True, slots=True)
class Teacher:
    """Who writes the rationales the students learn from."""

    kind: str
    name: str = ""
    weight: float = 1.0
    sources: tuple[str, ...] = ()  # which sources it explains; empty: all
    files: tuple[str, ...] = ()  # written: rationales by question id; empty: the sources' own
    url: str = ""  # server: any OpenAI-compatible base URL
    model: str = ""  # server: the model's name there; local: a hub id or a folder
    key_env: str = "OPENAI_API_KEY"  # server: the environment variable that holds the key
    samples: int = 1
    shots: int = 3  # examples shown before the question
    tell_answer: bool = True
    temperature: float = 0.7
    most_tokens: int = 220
    concurrency: int = 4
    requests_per_minute: float = 0.0  # 0: no limit
    retries: int = 6
    timeout: float = 120.0
    price_in: float = 0.0  # per million tokens, for the cost report
    price_out: float = 0.0

    def __post_init__(self) -> None:
        check("kind", self.kind in ("written", "server", "local"), 'kind is "written", "server" or "local"')
        check("url", self.kind != "server" or bool(self.url), "a server teacher needs `url`")
        web_address("url", self.url)
        check("model", self.kind == "written" or bool(self.model), f"a {self.kind} teacher needs `model`")
        check("weight", self.weight > 0, "weight must be above 0")
        for key in ("samples", "concurrency", "most_tokens"):
            check(key, getattr(self, key) >= 1, f"{key} must be 1 or more")
        for key in ("shots", "retries", "requests_per_minute", "temperature", "price_in", "price_out"):
            check(key, getattr(self, key) >= 0, f"{key} cannot be negative")
        check("timeout", self.timeout > 0, "timeout must be above 0 seconds")

    @property
    def label(self) -> str:
        """The name reports use."""
        return self.name or self.model or self.kind


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rationales are kept."""

    judge: str = ""  # a student package that must reach the key from the rationale; empty: not checked
    best_of: int = 0  # keep at most this many per question; 0: all that pass
    most_facts: int = 3
    most_steps: int = 3
    most_words: int = 110
    most_words_a_line: int = 45

    def __post_init__(self) -> None:
        check("best_of", self.best_of >= 0, "best_of is 0 (all) or more")
        for key in ("most_facts", "most_steps", "most_words", "most_words_a_line"):
            check(key, getattr(self, key) >= 1, f"{key} must be 1 or more")


@dataclass(frozen=True, slots=True)
class Phase:
    """One pass of the answer student's training: which questions, with which rationales."""

    epochs: float = 1.0
    learning_rate: float = 4e-5
    sources: Mapping[str, float] = field(default_factory=dict)  # name = weight; empty: all by their weight
    without: float = 1.0  # the shares of questions alone, with the teacher's and with its own rationale
    teacher: float = 0.0
    own: float = 0.0  # above 0: only questions the first student explained are drawn
    batch_tokens: int = 0  # 0: as the section says
    frozen_layers: int = -1  # -1: as the section says
    int8_levels: int = 0  # above 0: computes in training as int8 does, with weights of so many steps

    def __post_init__(self) -> None:
        positive(self, "epochs", "learning_rate")
        not_negative(self, "without", "teacher", "own", "batch_tokens", "int8_levels")
        check("frozen_layers", self.frozen_layers >= -1, "frozen_layers is -1 (as the section says) or more")
        check(
            "without",
            self.without + self.teacher + self.own > 0,
            "one of without, teacher, own must be above 0",
        )


@dataclass(frozen=True, slots=True)
class Start:
    """What both students learn first: facts to read, then questions to answer. Empty: nothing."""

    facts: tuple[str, ...] = ()  # files of facts, one a line or rows with a `text`
    facts_epochs: float = 1.0
    facts_learning_rate: float = 1e-4
    phases: tuple[Phase, ...] = ()
    batch_tokens: int = 2048
    lm_weight: float = 0.1
    lora: int = 0
    frozen_layers: int = 0  # leave the embeddings and so many lower layers as they are
    checkpoint_minutes: float = 5.0

    def __post_init__(self) -> None:
        positive(self, "facts_epochs", "facts_learning_rate", "batch_tokens", "checkpoint_minutes")
        not_negative(self, "lm_weight", "lora", "frozen_layers")


@dataclass(frozen=True, slots=True)
class RationalePhase:
    """One pass of the rationale student's training; what it leaves out is as its section says."""

    epochs: float | None = None
    learning_rate: float | None = None
    batch_tokens: int | None = None
    sources: Mapping[str, float] | None = None
    choosing: float | None = None
    supposed: float | None = None
    distracted: float | None = None
    swapped: float | None = None
    free: float | None = None
    frozen_layers: int | None = None
    int8_levels: int | None = None


@dataclass(frozen=True, slots=True)
class RationaleStudent:
    """How the first student is trained: to choose facts (listwise) and to write what applies them."""

    epochs: float = 2.0
    learning_rate: float = 3e-5
    batch_tokens: int = 2048
    phases: tuple[RationalePhase, ...] = ()  # empty: one, as the section says
    candidates: int = 8  # facts to choose among; 0: no choosing, free style only
    choosing: float = 1.0  # share of questions with a lesson in choosing
    choosing_weight: float = 1.0
    writing_weight: float = 1.0
    sources: Mapping[str, float] = field(default_factory=dict)  # name = weight; empty: all by their weight
    supposed: float = 0.5  # share of examples that are told the answer
    distracted: float = 0.15  # share of writing examples with a fact that does not belong
    swapped: float = 0.0  # share with such a fact in place of one of several own ones
    free: float = 0.1  # share of writing examples without facts: the whole rationale is written
    lm_weight: float = 0.1
    lora: int = 0  # rank; 0: all weights are trained
    frozen_layers: int = 0
    int8_levels: int = 0  # above 0: computes in training as int8 does, with weights of so many steps
    checkpoint_minutes: float = 5.0

    def __post_init__(self) -> None:
        positive(self, "epochs", "learning_rate", "batch_tokens", "checkpoint_minutes")
        not_negative(self, "candidates", "choosing_weight", "writing_weight", "lm_weight", "lora")
        not_negative(self, "frozen_layers", "int8_levels")
        for key in ("choosing", "supposed", "distracted", "swapped", "free"):
            check(key, 0 <= getattr(self, key) <= 1, f"{key} is a share between 0 and 1")
        self.passes()  # each must hold what the section must

    def passes(self) -> "tuple[RationaleStudent, ...]":
        """The section once for each phase, with the phase's own numbers."""
        alone = replace(self, phases=()) if self.phases else self
        given = [asdict(phase).items() for phase in self.phases]
        own = [{key: value for key, value in items if value is not None} for items in given]
        return tuple(replace(alone, **each) for each in own) or (self,)


@dataclass(frozen=True, slots=True)
class FactEncoder:
    """A sentence encoder that finds facts by meaning; without a model they are found by words alone."""

    model: str = ""  # a hub id or a folder
    epochs: int = 1
    learning_rate: float = 5e-5
    batch: int = 64
    keep_tokens: int = 0  # so many tokens of its vocabulary; 0: all
    sources: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        positive(self, "epochs", "learning_rate")
        not_negative(self, "keep_tokens")
        check("batch", self.batch >= 2, "batch must be 2 or more")


@dataclass(frozen=True, slots=True)
class FactWeigher:
    """An encoder that reads facts: which option they support, which explains it. None without a model."""

    model: str = ""  # a hub id or a folder
    epochs: int = 1
    learning_rate: float = 1e-4
    batch: int = 16
    keep_tokens: int = 0  # so many tokens of its vocabulary; 0: all
    checkpoint_minutes: float = 8.0
    sources: Mapping[str, float] = field(default_factory=dict)
    grades: tuple[str, ...] = ()  # files of facts graded by a teacher
    graded_times: int = 1  # how often an epoch goes through them

    def __post_init__(self) -> None:
        positive(self, "epochs", "learning_rate", "batch", "checkpoint_minutes", "graded_times")
        not_negative(self, "keep_tokens")


@dataclass(frozen=True, slots=True)
class OwnRationales:
    """The rationale student explains the training questions, for the answer student to learn from."""

    limit: int = 0  # so many questions; 0: all
    sources: tuple[str, ...] = ()  # of these sources; empty: all
    style: str = "grounded"  # "grounded": facts chosen first; "free": all in its own words; "none": no such
    supposed: str = "guess"  # the answer it explains: what the common start answers ("guess"), "key", "none"
    batch: int = 64

    def __post_init__(self) -> None:
        styles = ("grounded", "free", "none")
        check("style", self.style in styles, 'style is "grounded", "free" or "none"')
        check("supposed", self.supposed in ("guess", "key", "none"), 'supposed is "guess", "key" or "none"')
        check("batch", self.batch >= 1, "batch must be 1 or more")
        not_negative(self, "limit")


@dataclass(frozen=True, slots=True)
class AnswerStudent:
    """How the second student is trained: listwise over the choices, in phases."""

    phases: tuple[Phase, ...] = (Phase(),)
    batch_tokens: int = 2048
    lm_weight: float = 0.1
    lora: int = 0
    frozen_layers: int = 0
    checkpoint_minutes: float = 5.0

    def __post_init__(self) -> None:
        check("phases", bool(self.phases), "the answer student needs at least one phase")
        positive(self, "batch_tokens", "checkpoint_minutes")
        not_negative(self, "lm_weight", "lora", "frozen_layers")


@dataclass(frozen=True, slots=True)
class Convert:
    """How the students are stored for the laptop."""

    quantization: str = "int8"
    rationale_levels: int = 0  # round rows of weights to so many steps beside zero; 0: as int8 does
    answer_levels: int = 0
    parity_questions: int = 100

    def __post_init__(self) -> None:
        known = self.quantization in QUANTIZATIONS
        check("quantization", known, f"quantization is one of {', '.join(QUANTIZATIONS)}")
        not_negative(self, "parity_questions")
        for key in ("rationale_levels", "answer_levels"):
            levels = getattr(self, key)
            check(key, levels == 0 or 7 <= levels <= 127, f"{key} is 0 or between 7 and 127")


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Which dev sources the temperature, the routes' weights and the 'not sure' threshold are fitted on."""

    sources: tuple[str, ...] = ()  # empty: all dev sources
    sure_sources: tuple[str, ...] = ()  # of these, those that say how sure answers may sound; empty: all
    limit: int = 0  # explain so many questions of each source; 0: all
    folds: int = 5
    step_likelihood: float = 0.0  # per token; a written step less likely is not shown; 0: any may be

    def __post_init__(self) -> None:
        not_negative(self, "limit")
        check("folds", self.folds >= 2, "folds must be 2 or more")
        check("step_likelihood", self.step_likelihood <= 0, "step_likelihood is a logarithm, 0 or below")


@dataclass(frozen=True, slots=True)
class Evaluate:
    """What is measured on which sets."""

    sources: tuple[str, ...] = ()  # empty: all dev sources
    routes: tuple[str, ...] = ("question", "rationale", "both")
    protocol: str = "tutor"
    limit: int = 0

    def __post_init__(self) -> None:
        accepted("routes", parse_routes, ",".join(self.routes))
        accepted("protocol", protocol_named, self.protocol)
        explained = protocol_named(self.protocol).chat or self.routes == (QUESTION,)
        alone = f'the protocol {self.protocol} has no rationale; it needs routes = ["{QUESTION}"]'
        check("protocol", explained, alone)
        not_negative(self, "limit")


@dataclass(frozen=True, slots=True)
class Package:
    """The finished package's name and version."""

    name: str = ""  # empty: the run's name
    version: str = "1.0.0"
    licence: str = "Apache-2.0"
    zip: bool = False
    notes: str = ""  # a Markdown file whose text ends the card, such as a log of what was tried

    def __post_init__(self) -> None:
        if self.name:
            file_name(self.name, "a package's")


@dataclass(frozen=True, slots=True)
class Recipe:
    """All sections; `path` is the file it was read from."""

    run: Run
    base: Base
    sources: tuple[Source, ...]
    teachers: tuple[Teacher, ...] = (Teacher("written"),)
    corpus: Corpus = Corpus()
    filter: Filter = Filter()
    start: Start = Start()
    rationale_student: RationaleStudent = RationaleStudent()
    fact_encoder: FactEncoder = FactEncoder()
    fact_weigher: FactWeigher = FactWeigher()
    own_rationales: OwnRationales = OwnRationales()
    answer_student: AnswerStudent = AnswerStudent()
    convert: Convert = Convert()
    calibrate: Calibrate = Calibrate()
    evaluate: Evaluate = Evaluate()
    package: Package = Package()

    def __post_init__(self) -> None:
        names = [source.name for source in self.sources]
        repeated = next((name for name in names if names.count(name) > 1), None)
        again = len(names) - 1 - names[::-1].index(repeated) if repeated else 0
        check(("sources", again, "name"), repeated is None, f"two sources are named {repeated!r}")
        check("sources", "train" in [s.role for s in self.sources], "no source has the role train")
        check("teachers", bool(self.teachers), "the recipe has no teacher")
        labels = [teacher.label for teacher in self.teachers]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        check("teachers", twice is None, f"two teachers are called {twice!r}; give them names")
        for at, chosen in self._learning():
            self._of_role("train", at, chosen)
            weights = chosen.values() if isinstance(chosen, Mapping) else ()
            check(at, all(weight > 0 for weight in weights), "a source's weight must be above 0")
        for at, chosen in self._measuring():
            self._of_role("dev", at, chosen)
        for i, phase in enumerate(self.answer_student.phases):
            written = not phase.own or self.own_rationales.style != "none"
            none = '`own` rationales are wanted, but [own_rationales] with the style "none" leaves them out'
            check(("answer_student", "phases", i, "own"), written, none)
            asked, explained = set(phase.sources), set(self.own_rationales.sources)
            shared = not (phase.own and asked and explained) or asked & explained
            apart = "`own` rationales are wanted of sources that [own_rationales] does not explain"
            check(("answer_student", "phases", i, "own"), bool(shared), apart)
        has_facts = bool(self.fact_encoder.model) or not self.fact_weigher.model
        needed = "[fact_weigher] needs a [fact_encoder] with a `model`, which finds the facts it reads"
        check("fact_weigher", has_facts, needed)

    def _of_role(self, role: str, at: Path_, chosen: Iterable[str]) -> None:
        roles = {source.name: source.role for source in self.sources}
        for name in chosen:
            missing = f"[{at[0]}] names the source {name!r}, which the recipe does not have"
            check(at, name in roles, missing)
            check(at, roles[name] == role, f"[{at[0]}] names {name!r}, which is not of the role {role}")

    def _learning(self) -> Iterator[tuple[Path_, Iterable[str]]]:
        """Where sources to learn from are chosen, some with a weight each."""
        for i, teacher in enumerate(self.teachers):
            yield ("teachers", i, "sources"), teacher.sources
        for section in ("start", "rationale_student", "answer_student"):
            for i, phase in enumerate(getattr(self, section).phases):
                yield (section, "phases", i, "sources"), phase.sources or ()
        for section in ("rationale_student", "fact_encoder", "fact_weigher", "own_rationales"):
            yield (section, "sources"), getattr(self, section).sources

    def _measuring(self) -> Iterator[tuple[Path_, Iterable[str]]]:
        yield ("calibrate", "sources"), self.calibrate.sources
        yield ("calibrate", "sure_sources"), self.calibrate.sure_sources
        yield ("evaluate", "sources"), self.evaluate.sources

    @property
    def sources_as_read(self) -> tuple[Source, ...]:
        """The sources without their licences, which the card and the report tell and no student learns."""
        return tuple(replace(source, licence="") for source in self.sources)

    @property
    def package_name(self) -> str:
        """What the finished package and its folder are called."""
        return self.package.name or self.run.name

    def named(self, role: str) -> tuple[Source, ...]:
        """The sources of one role."""
        return tuple(source for source in self.sources if source.role == role)


def read_recipe(path: Path) -> Recipe:
    """Read and check one recipe file."""
    recipe = read_toml(path, Recipe)
    if not recipe.named("dev"):
        raise UserError(
            f"{path}: no source has the role dev; the students are calibrated and measured on such a source. "
            'Add one: [[sources]] with role = "dev".'
        )
    return recipe
