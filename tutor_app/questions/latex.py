"""Simple LaTeX, and the little raised and lowered signs of science, as Unicode."""

import re

from tutor_app.questions.units import unit

_RAISED = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
)
_LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_ORDINALS = ("st", "nd", "rd", "th")


def superscript(text: str) -> str:
    """`2+` as ²⁺; what has no raised form stays readable as ^(…)."""
    text = text.strip()
    if text in ("°", "º", "∘", "o"):
        return "°"
    if text in _ORDINALS:
        return text
    return _shift(text, _RAISED, "^")


def subscript(text: str) -> str:
    """`2` as ₂; what has no lowered form stays readable as _(…)."""
    return _shift(text.strip(), _LOWERED, "_")


def _shift(text: str, table: dict[int, int], mark: str) -> str:
    if not text:
        return ""
    letters = sum(character.isalpha() for character in text)
    if letters <= 3 and all(ord(character) in table for character in text):
        return text.translate(table)
    return mark + text if len(text) == 1 else f"{mark}({text})"


def _words(text: str) -> list[str]:
    return text.split()


_SYMBOLS = {
    **dict(
        zip(
            _words(
                "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu "
                "nu xi pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi "
                "Sigma Phi Psi Omega"
            ),
            "αβγδεεζηθϑικλμνξπρστυφφχψωΓΔΘΛΞΠΣΦΨΩ",
            strict=True,
        )
    ),
    "times": "×",
    "cdot": "·",
    "div": "÷",
    "pm": "±",
    "mp": "∓",
    "ast": "*",
    "star": "⋆",
    "circ": "∘",
    "degree": "°",
    "celsius": "°C",
    "angle": "∠",
    "perp": "⊥",
    "parallel": "∥",
    "propto": "∝",
    "infty": "∞",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "approx": "≈",
    "sim": "∼",
    "equiv": "≡",
    "cong": "≅",
    "ll": "≪",
    "gg": "≫",
    "lt": "&lt;",
    "gt": "&gt;",
    "in": "∈",
    "notin": "∉",
    "to": "→",
    "rightarrow": "→",
    "leftarrow": "←",
    "longrightarrow": "→",
    "longleftarrow": "←",
    "leftrightarrow": "↔",
    "rightleftharpoons": "⇌",
    "Rightarrow": "⇒",
    "Leftarrow": "⇐",
    "uparrow": "↑",
    "downarrow": "↓",
    "Leftrightarrow": "⇔",
    "implies": "⇒",
    "iff": "⇔",
    "partial": "∂",
    "nabla": "∇",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "cup": "∪",
    "cap": "∩",
    "subset": "⊂",
    "emptyset": "∅",
    "forall": "∀",
    "exists": "∃",
    "therefore": "∴",
    "because": "∵",
    "ldots": "…",
    "dots": "…",
    "cdots": "⋯",
    "hbar": "ℏ",
    "ell": "ℓ",
    "prime": "′",
    "bullet": "•",
    "ohm": "Ω",
    "angstrom": "Å",
    "langle": "⟨",
    "rangle": "⟩",
    "neg": "¬",
    "lor": "∨",
    "land": "∧",
    "quad": " ",
    "qquad": " ",
    "left": "",
    "right": "",
    "displaystyle": "",
    "limits": "",
    **{
        name: name
        for name in _words("sin cos tan cot sec csc log ln exp lim max min arcsin arccos arctan det")
    },
}
_BETWEEN = frozenset(
    _words(
        "times cdot div perp parallel propto le leq ge geq ne neq approx sim equiv cong ll gg in notin to "
        "rightarrow leftarrow longrightarrow longleftarrow leftrightarrow rightleftharpoons Rightarrow "
        "Leftarrow Leftrightarrow implies iff cup cap subset lor land"
    )
)
_SIGNS = {",": " ", ";": " ", ":": " ", " ": " ", "!": "", "\\": "\n", "&": "&amp;", "|": "∥"}
_WRAPPERS = frozenset(
    _words(
        "text textrm textbf textit textsf mathrm mathbf mathit mathsf mathcal mathbb operatorname "
        "boldsymbol bm mbox hbox underline boxed num"
    )
)
_ACCENTS = {
    "bar": "\u0304",
    "overline": "\u0305",
    "vec": "\u20d7",
    "overrightarrow": "\u20d7",
    "overleftarrow": "\u20d6",
    "overleftrightarrow": "\u20e1",
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "dot": "\u0307",
    "ddot": "\u0308",
    "mathring": "\u030a",
}
_MOST_ACCENTED = 3  # letters; over more of them an accent is spelt out
_MEASURES = frozenset(("SI", "qty"))  # a number and a unit
_ONLY_UNITS = frozenset(("si", "unit", "pu"))
_ARROWS = {"xrightarrow": "→", "xleftarrow": "←", "xrightleftharpoons": "⇌"}
_FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac"))
_TOKEN = re.compile(r"\\[A-Za-z]+ ?|\\.|[{}^_\[\]]|[^\\{}^_\[\]]+", re.DOTALL)
_VULGAR = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/5": "⅕", "1/8": "⅛"}
_SIMPLE = re.compile("[\\w.′°\u0300-\u036f\u20d0-\u20ff]+\\Z")
_DEEPEST = 12
_LONGEST_FORMULA = 2_000

_FORMULA = re.compile(
    r"\\\((?P<inline>(?:[^\\]++|\\[^()\[\]]){1,2000}+)\\\)"
    r"|\\\[(?P<display>(?:[^\\]++|\\[^()\[\]]){1,2000}+)\\\]"
    r"|\[tex\](?P<tex>(?:[^\[]++|\[(?!/?tex\])){1,2000}+)\[/tex\]"
    r"|\$\$(?P<dollars>[^$]{1,2000})\$\$"
    r"|(?<![\w$\\])\$(?P<dollar>(?!\s)[^$\n]{1,300}(?<![\s\\]))\$(?![\d$])",
    re.DOTALL,
)
_GROUP = r"\{(?:[^{}\n]|\{[^{}\n]{0,60}\}){1,200}+\}"
_BARE_COMMAND = re.compile(
    r"\\(?:d?frac|sqrt|ce|text|mathrm|mathbf|mathit|vec|hat|bar|d?dot|tilde|overline|SI|si|qty|pu"
    r"|over(?:left|right|leftright)arrow|x(?:left|right)arrow)"
    rf"(?:\[\d\])?{_GROUP}(?:{_GROUP})?"
    r"|\\(?:"
    + "|".join(sorted((n for n in _SYMBOLS if len(n) > 1 and _SYMBOLS[n] != n), key=len, reverse=True))
    + r")(?![A-Za-z])"
)
_BARE_RAISED = re.compile(
    r"(?<=[\w)\]°])\^(?:\{([^{}^\n]{1,40})\}|\(([-+−]?\d{1,4}[-+]?)\)|(\d{0,2}[-+−](?![\w(])|[-+−]?\d{1,4}|[a-z](?!\w)|∘))"
)
_BARE_LOWERED = re.compile(
    r"(?:(?<=[A-Z)\]])|(?<=[A-Z][a-z])|(?<=(?<![A-Za-z_])[a-z]))_(?:\{([^{}_\n]{1,20})\}|(\d{1,3})(?!_))"
)


def untex(text: str) -> str:
    """Formulas between \\( \\), \\[ \\], $$ $$, $ $ or [tex], and bare ^ and _ of science, as Unicode.

    The result is still markup: a bare less-than sign that LaTeX spelt out comes as an entity.
    """
    if "\\" in text or "$" in text or "[tex]" in text:
        text = _FORMULA.sub(_formula, text)
        if "\\" in text:
            text = _BARE_COMMAND.sub(lambda match: _convert(match[0]), text)
    if "^" in text:
        text = _BARE_RAISED.sub(_raised, text)
    if "_" in text:
        text = _BARE_LOWERED.sub(_lowered, text)
    return text


def formula(text: str) -> str:
    """One formula without its delimiters."""
    return _convert(text)


def _formula(match: re.Match[str]) -> str:
    single = match["dollar"]
    if single is not None and not _is_maths(single):
        return match[0]
    return _convert(next(group for group in match.groups() if group is not None))


def _is_maths(text: str) -> bool:
    """Between two dollar signs stands a formula, or just two prices."""
    return any(sign in text for sign in "\\^_{") or (text.isalpha() and len(text) <= 2)


def _raised(match: re.Match[str]) -> str:
    text = match[1] or match[2] or match[3]
    raised = superscript(_convert(text) if "\\" in text else text)
    return match[0] if raised.startswith("^") and match[1] is None else raised


def _lowered(match: re.Match[str]) -> str:
    return subscript(match[1] or match[2])


def _convert(source: str) -> str:
    if len(source) > _LONGEST_FORMULA or "\\begin" in source:
        return source
    return re.sub(r" {2,}", " ", _Formula(source).group(0)).strip()


class _Formula:
    """Reads one formula's tokens from left to right."""

    def __init__(self, source: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(source)
        self.at = 0

    def group(self, depth: int, closing: str = "") -> str:
        parts: list[str] = []
        while self.at < len(self.tokens):
            if self.tokens[self.at] == closing:
                self.at += 1
                break
            parts.append(self.piece(depth))
        return "".join(parts)

    def piece(self, depth: int) -> str:
        token = self.tokens[self.at]
        self.at += 1
        if token == "{":
            return self.group(depth + 1, "}") if depth < _DEEPEST else token
        if token == "}":
            return ""
        if token == "^":
            return superscript(self.argument(depth))
        if token == "_":
            return subscript(self.argument(depth))
        if token[0] == "\\" and len(token) > 1:
            return self.command(token[1:], depth)
        return token.replace("~", " ")

    def command(self, name: str, depth: int) -> str:
        spaced, name = name, name.rstrip() or name
        if name in _SYMBOLS:
            keeps_space = len(_SYMBOLS[name]) > 1 or (name in _BETWEEN and self.after_space())
            return _SYMBOLS[name] + (" " if spaced != name and keeps_space else "")
        if name in _FRACTIONS:
            top = self.argument(depth)
            return self.fraction(top, self.argument(depth))
        if name == "sqrt":
            return self.root(depth)
        if name == "ce":
            return _chemistry(self.raw_argument())
        if name in _WRAPPERS:
            return self.argument(depth)
        if name in _ACCENTS:
            return _accented(self.argument(depth), name)
        if name in _MEASURES:
            number = self.argument(depth)
            return f"{number} {unit(self.raw_argument())}"
        if name in _ONLY_UNITS:
            return unit(self.raw_argument())
        if name in _ARROWS:
            return self.arrow(_ARROWS[name], depth)
        if len(name) == 1 and not name.isalpha():
            return _SIGNS.get(name, name)
        return "\\" + spaced

    def after_space(self) -> bool:
        """The command just read stands at the beginning or after a space."""
        before = self.tokens[self.at - 2] if self.at > 1 else " "
        return before[-1] == " " and before[0] != "\\"

    def fraction(self, top: str, bottom: str) -> str:
        """½ where there is such a sign; else a/b, in brackets where it would run into what follows."""
        if sign := _VULGAR.get(f"{top}/{bottom}"):
            return sign
        text = f"{_bracketed(top)}/{_bracketed(bottom)}"
        follows = self.tokens[self.at][0] if self.at < len(self.tokens) else " "
        return f"({text})" if follows.isalnum() else text

    def root(self, depth: int) -> str:
        sign = "√"
        if self.at < len(self.tokens) and self.tokens[self.at] == "[":
            self.at += 1
            index = self.group(depth + 1, "]").strip()
            sign = {"3": "∛", "4": "∜", "2": "√"}.get(index, superscript(index) + "√")
        return sign + _bracketed(self.argument(depth))

    def arrow(self, sign: str, depth: int) -> str:
        """An arrow and, in brackets, what stands below and above it."""
        notes = []
        if self.at < len(self.tokens) and self.tokens[self.at] == "[":
            self.at += 1
            notes.append(self.group(depth + 1, "]").strip())
        notes.insert(0, self.argument(depth))
        told = ", ".join(filter(None, notes))
        return f"{sign}({told}) " if told else sign

    def argument(self, depth: int) -> str:
        """A group in braces, a command, or the next single character."""
        if self.at >= len(self.tokens) or depth >= _DEEPEST:
            return ""
        token = self.tokens[self.at]
        if token == "{" or token[0] == "\\":
            return self.piece(depth + 1).strip()
        token = token.lstrip()
        if not token:
            self.at += 1
            return self.argument(depth + 1)
        self.tokens[self.at] = token[1:]
        if len(token) == 1:
            self.at += 1
        return token[0]

    def raw_argument(self) -> str:
        """A group in braces as written."""
        parts: list[str] = []
        deep = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            deep += (token == "{") - (token == "}")
            if deep <= 0:
                break
            parts.append(str(token))
        return "".join(parts[1:])


def _accented(text: str, name: str) -> str:
    """A letter or a few with their accent; over more, the accent is spelt out."""
    if len(text) > _MOST_ACCENTED:
        return f"{name}({text})"
    return "".join(sign + _ACCENTS[name] if sign.isalnum() else sign for sign in text)


def _bracketed(text: str) -> str:
    return text if _SIMPLE.match(text) else f"({text})"


_REACTION_ARROWS = (("<=>", "⇌"), ("<->", "↔"), ("->", "→"), ("<-", "←"))


def _chemistry(text: str) -> str:
    """The common part of mhchem: `2H2 + O2 -> 2H2O`, `SO4^2-`."""
    for written, arrow in _REACTION_ARROWS:
        text = text.replace(written, arrow)
    text = re.sub(r"(?<= )[v^](?=\s|\Z)", lambda match: "↓" if match[0] == "v" else "↑", text)
    text = re.sub(r"\^\{?(\d{0,3}[-+]?)\}?", lambda match: superscript(match[1]), text)
    text = re.sub(r"_(?:\{([^{}]{1,12})\}|(\w))", lambda match: subscript(match[1] or match[2]), text)
    text = re.sub(r"(?<=[A-Za-z)\]])_?\{?(\d{1,3})\}?", lambda match: subscript(match[1]), text)
    return re.sub(r"(?<=[A-Za-z)\]₀-₉])[-+](?=\s|$)", lambda match: superscript(match[0]), text)
