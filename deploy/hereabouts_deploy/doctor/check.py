"""One thing that doctor looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How it is: worst last."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What was looked at, how it is, and a sentence; `detail` holds the facts for programs."""

    name: str
    state: State
    message: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def worst(checks: Iterable[Check]) -> State:
    """The worst state among them."""
    order = list(State)
    return max((check.state for check in checks), key=order.index, default=State.OK)
