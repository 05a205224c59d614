"""Tiny bases and lessons for the training tests, made on the fly."""

from pathlib import Path

from distill.corpus import Item
from distill.recipe import Base
from distill.train.bases import family_of, load_model, save_base
from distill.train.lessons import Lessons
from tutor_app.students.encoder import load_encoder

TEXTS = [
    "Gravity pulls a dropped ball toward Earth.",
    "Plants make sugar from sunlight, water and carbon dioxide.",
    "Ice is water in its solid state; steam is water as a gas.",
    "A magnet attracts iron nails but not copper wires.",
    "Which force slows a sliding box? Friction slows it.",
] * 4
ITEMS = [
    Item("q1", "t", "train", "Which force pulls a ball to Earth?", ("friction", "gravity", "a magnet"), 1),
    Item("q2", "t", "train", "What do plants make?", ("sugar", "iron", "copper wires"), 0),
    Item("q3", "t", "train", "What is ice?", ("a gas", "solid water", "steam", "sunlight"), 1),
    Item("q4", "t", "train", "What does a magnet attract?", ("copper", "water", "iron nails"), 2),
    Item("q5", "t", "train", "What slows a box that slides over the floor?", ("friction", "ice"), 0),
]


def tiny_base(folder: Path, family: str = "llama") -> Path:
    """A fresh base of one of the two families."""
    base = Base(fresh=family, vocabulary=320 if family == "llama" else 90, width=32, layers=2, heads=4)
    save_base(base, Path(), TEXTS, folder, seed=3)
    return folder


def tiny_lessons(folder: Path) -> tuple[object, Lessons]:
    """The model and what makes its lessons."""
    return load_model(folder), Lessons.of(load_encoder(folder), family_of(folder))
