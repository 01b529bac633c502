"""The one error of the set-up."""


class SetupError(Exception):
    """Set-up cannot go on; the message says what is missing and how to cure it."""
