"""Where rationales come from: a server, a local model, or files already written."""
