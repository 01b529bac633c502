"""What people wrote, in files that a spreadsheet opens."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(value: str) -> str:
    """The same with an apostrophe in front, where a spreadsheet would take it for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
