"""A session's course, review scheduling, history and progress; knows nothing of screens."""
