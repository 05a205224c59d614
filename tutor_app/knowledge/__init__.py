"""The fact base and its search."""
