"""One module per file format; `FORMATS` finds the right one by content."""
