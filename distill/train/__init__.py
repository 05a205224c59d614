"""Training both students: examples, losses, the loop."""
