"""Text from the wire in a form that PostgreSQL and a log line can hold."""

MOST_CHARACTERS = 200


def storable(text: str, most: int = MOST_CHARACTERS) -> str:
    r"""Return `text` with NUL and lone surrogates written as escapes, cut at `most` characters with an ellipsis.

    PostgreSQL's text type holds neither; the bytes themselves stay in the raw batch.

    Example:
        >>> storable("22\x00C\ud800")
        '22\\x00C\\ud800'
    """
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if "\x00" in text:
        text = text.replace("\x00", "\\x00")
    return text if len(text) <= most else text[: most - 1] + "…"


def as_text(raw: object) -> str:
    """A decoded value as text: what came for texts and numbers, what it is for everything else."""
    if isinstance(raw, str):
        return storable(raw)
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) or (isinstance(raw, int) and raw.bit_length() <= 256):
        return repr(raw)
    if isinstance(raw, list | dict):
        return f"{'a list' if isinstance(raw, list) else 'an object'} of {len(raw)}"
    return f"a value of type {type(raw).__name__}"  # also whole numbers too long to print
