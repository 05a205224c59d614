"""Lists, tables and formulas as plain text: nothing that a question needs may vanish."""

import pytest

from tutor_app.questions.markup import rich


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<ol type="I"><li>ice<li>iron</ol>', "I. ice\nII. iron"),
        ("<ol TYPE=a start=3><li>ice</li><li>iron</li></ol>", "c. ice\nd. iron"),
        ('<ol style="list-style-type: upper-roman"><li value="4">ice</li></ol>', "IV. ice"),
        ("<ol reversed><li>ice<ul><li>cold</ul><li>iron</ol>", "1. ice\n- cold\n2. iron"),
        ('<ol type="A" start="30"><li>ice</ol>', "30. ice"),
    ],
)
def test_a_numbered_list_keeps_its_numbers(markup: str, text: str) -> None:
    assert rich(markup) == text


def test_an_empty_cell_keeps_its_place() -> None:
    rows = "<tr><th>Planet</th><th>Moons</th><th>Rings</th></tr>\n<tr><td>Venus</td> <td></td> <td>none</td></tr>"
    assert rich(f"<table>{rows}</table>Which?") == "Planet | Moons | Rings\nVenus |  | none\nWhich?"
    assert rich("<table><tr><td></td><td><p>1</p></td></tr></table>") == "| 1"


@pytest.mark.parametrize("text", ["if a <b and c> d", "x <p or q> y", "a<b", "a <bc> d"])
def test_a_less_than_sign_before_a_letter_stays(text: str) -> None:
    assert rich(text) == rich(text, html=True) == text
    assert rich("<b class='x'>a</b> <p >b</p>") == "a\nb"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\(\bar{x}, \hat p, \dot{x}\)", "x̄, p̂, ẋ"),
        (r"\(\vec{F}_1 = m\vec a\)", "F⃗₁ = ma⃗"),
        (r"\(\bar{\text{speed}}\)", "bar(speed)"),
        (r"\(\frac{\bar x}{2}\)", "x̄/2"),
        (r"\ce{^{14}_{6}C -> ^{0}_{-1}e}", "¹⁴₆C → ⁰₋₁e"),
        (r"\ce{C_nH_{2n+2}}", "CₙH₂ₙ₊₂"),
        (r"\ce{Ca^2+ + CO3^2- -> CaCO3 v}", "Ca²⁺ + CO₃²⁻ → CaCO₃ ↓"),
        (r"\(\SI{9.81}{\metre\per\second\squared}\)", "9.81 m/s²"),
        (r"\SI{5}{m/s}, \pu{5 m/s}, $\qty{2}{\kilo\newton\metre}$", "5 m/s, 5 m/s, 2 kN m"),
        (r"\(\langle x\rangle\)", "⟨x⟩"),
        (r"\(A \xrightarrow[H]{heat} B\)", "A →(heat, H) B"),
    ],
)
def test_a_formula_keeps_its_signs(formula: str, text: str) -> None:
    assert rich(formula) == text
