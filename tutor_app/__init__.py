"""Sci-CoT Tutor: an offline science tutor for the terminal."""

__version__ = "0.1.0"
