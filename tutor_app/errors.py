"""Errors meant for people."""

import errno


class UserError(Exception):
    """What happened, where, and what to do, in one or two plain sentences.

    The command line prints it to stderr and exits with status 2; the app shows it as a dialog.
    """

    title = "That did not work"  # of the dialog


_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


def disk_refusal(error: OSError) -> str:
    """The sentence for a place that takes no files (read-only, not ours, full); empty for other errors."""
    if error.errno not in _REFUSED:
        return ""
    return f"{error.filename or 'The disk'} cannot be written: {error.strerror}."
