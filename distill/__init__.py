"""The workshop: from questions and a teacher to two int8 students."""
