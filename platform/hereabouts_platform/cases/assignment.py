"""Who gets a new case: the officers that the patch's rules name for its hazard, else those of the patch. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PatchRule:
    """New cases of `hazard` (None: of any) in a patch go to `officer`."""

    officer: str
    hazard: str | None = None


def assignee(hazard: str, rules: Sequence[PatchRule], officers: Sequence[str], loads: Mapping[str, int]) -> str | None:
    """Whose a new case is, by name; None where nobody is, so that it waits among the unassigned.

    A rule for the hazard goes before one for any, and any rule before none. Among several the one with the fewest open
    cases gets it, then the first by name.

    Args:
        rules: those of the home's patch.
        officers: who works in the patch now; a rule that names somebody else counts for nothing.
        loads: how many open cases each of them has; nobody means none.
    """
    present = set(officers)
    for named in (
        [rule.officer for rule in rules if rule.hazard == hazard],
        [rule.officer for rule in rules if rule.hazard is None],
        list(officers),
    ):
        chosen = present & set(named)
        if chosen:
            return min(chosen, key=lambda name: (loads.get(name, 0), name))
    return None
