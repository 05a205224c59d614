"""The two students at work: packages, prompts, rationale, answer, and the tutor that joins them."""
