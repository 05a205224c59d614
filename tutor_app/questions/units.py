r"""Units as LaTeX's siunitx spells them, such as `\metre\per\second\squared`, in signs: m/s²."""

import re

_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_PREFIXES = {
    "pico": "p",
    "nano": "n",
    "micro": "µ",
    "milli": "m",
    "centi": "c",
    "deci": "d",
    "hecto": "h",
    "kilo": "k",
    "mega": "M",
    "giga": "G",
    "tera": "T",
}
_UNITS = {
    "metre": "m",
    "meter": "m",
    "gram": "g",
    "kilogram": "kg",
    "second": "s",
    "minute": "min",
    "hour": "h",
    "day": "d",
    "ampere": "A",
    "kelvin": "K",
    "celsius": "°C",
    "degreeCelsius": "°C",
    "mole": "mol",
    "candela": "cd",
    "hertz": "Hz",
    "newton": "N",
    "pascal": "Pa",
    "joule": "J",
    "electronvolt": "eV",
    "watt": "W",
    "coulomb": "C",
    "volt": "V",
    "farad": "F",
    "ohm": "Ω",
    "siemens": "S",
    "tesla": "T",
    "henry": "H",
    "becquerel": "Bq",
    "litre": "L",
    "liter": "L",
    "percent": "%",
}
_POWERS = {"squared": "²", "cubed": "³"}


def unit(text: str) -> str:
    """A unit in signs; a command that is no unit stays as written."""
    return re.sub(r" ?(/) ?| (?=[²³ ]|\Z)", r"\1", _COMMAND.sub(_sign, text)).strip()


def _sign(command: re.Match[str]) -> str:
    name = command[1]
    if name in _PREFIXES:
        return _PREFIXES[name]
    if name == "per":
        return "/"
    return f"{_UNITS.get(name) or _POWERS.get(name) or command[0].strip()} "
