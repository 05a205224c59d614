"""Errors meant for people."""


class UserError(Exception):
    """What happened, where, and what to do, in one or two plain sentences.

    The command line prints it to stderr and exits with status 2; the app shows it as a dialog.
    """
