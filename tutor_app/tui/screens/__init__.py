"""One screen, one file; `app.py` imports each when it is first opened."""
