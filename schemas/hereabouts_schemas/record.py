"""Records that are made for every message there is: slotted, frozen, and made in C.

A message needs a dozen of them. A dataclass takes five times as long to make (one that is frozen at run time, twenty),
and the garbage collector visits it for the whole life of its batch.
"""

from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, cast, dataclass_transform

import msgspec

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """A class with named fields, frozen, equal and hashed by them. No record may lead back to itself.

    `dataclasses.replace`, `fields` and `asdict` take it for the dataclass that it is to the type checker.
    """
    own = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    known = fields(cast("Any", dataclass(cls)))
    made = msgspec.defstruct(
        cls.__name__,
        [(one.name, one.type) if one.default is MISSING else (one.name, one.type, one.default) for one in known],
        namespace=own | {"__dataclass_fields__": {one.name: one for one in known}},
        module=cls.__module__,
        frozen=True,
        kw_only=True,
        gc=False,
    )
    return cast("type[T]", made)
