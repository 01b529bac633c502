"""Named statements: `sql/<subject>.sql` holds them under `-- name: <name>` and a sentence."""

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def load(subject: str) -> dict[str, LiteralString]:
    """Read `sql/<subject>.sql` into name -> statement. Statements come from our own files alone, hence LiteralString.

    Raises:
        ValueError: a name stands twice in the file.
    """
    text = files("hereabouts_platform.store").joinpath("sql", f"{subject}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    names = parts[::2]
    if len(set(names)) != len(names):
        raise ValueError(f"a statement of {subject}.sql stands twice")
    return {name: cast("LiteralString", body.strip()) for name, body in zip(names, parts[1::2], strict=True)}
