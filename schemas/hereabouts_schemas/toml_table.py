"""A TOML file read with care: every mistake is refused with the file, the key and the cure."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, Self, TypeGuard

from hereabouts_schemas.errors import InputError

NOT_TOML = "Write it as TOML 1.0 in UTF-8."


@dataclass(frozen=True, kw_only=True, slots=True)
class TomlTable:
    """A TOML table and the name it goes by in messages. Every method raises `InputError` where a key is wrong."""

    where: str
    values: Mapping[str, object]

    @classmethod
    def read(cls, text: str, where: str) -> Self:
        """Parse TOML; `where` is the file's name in messages.

        Raises:
            InputError: it is no TOML.
        """
        try:
            return cls(where=where, values=tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise InputError(where, error, NOT_TOML) from error

    def refuse(self, key: str, cure: str) -> NoReturn:
        """Refuse what stands at a key."""
        raise InputError(f"{self.where}: {key}", self.values.get(key, "nothing"), cure)

    def only(self, keys: Iterable[str]) -> None:
        """Refuse any other key than these."""
        for key in self.values:
            if key not in keys:
                self.refuse(key, f"Keys here are {', '.join(keys)}.")

    def text(self, key: str, default: str | None = None) -> str:
        """A text; one that is not blank where there is no default."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.refuse(key, 'Write a text in quotes, like "1".')
        return value

    def maybe_text(self, key: str) -> str | None:
        """A text that is not blank, or None where there is none."""
        return self.text(key) if key in self.values else None

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of several words."""
        value = self.text(key, default)
        if value not in choices:
            self.refuse(key, f"Write {' or '.join(choices)}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            self.refuse(key, 'Write a list of texts, like ["a/{device}"].')
        return tuple(value)

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number."""
        value = self.values.get(key, default)
        if not is_number(value):
            self.refuse(key, "Write a number.")
        return float(value)

    def table(self, key: str) -> Self | None:
        """A table of its own, or None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse(key, f"Write a table: [{key}] and its keys below it.")
        return type(self)(where=f"{self.where}: {key}", values=value)

    def rows(self, key: str) -> list[Self]:
        """Tables in a list; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.refuse(key, f"Write [[{key}]] before each of them.")
        return [type(self)(where=f"{self.where}: {key}[{n}]", values=row) for n, row in enumerate(value, start=1)]


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a TOML value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
