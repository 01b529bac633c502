"""Records that are made for every message there is: frozen to the type checker alone.

A dataclass that is frozen at run time takes four times as long to make, and a message needs a dozen of them.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """A slotted dataclass with named fields, equal and hashed by them. Nobody may change one: mypy sees to that."""
    return dataclass(kw_only=True, slots=True, unsafe_hash=True)(cls)
