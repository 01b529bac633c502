"""Drivers' hours: the council's own rule sets, where it has any."""

from collections.abc import Iterator
from pathlib import Path

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_platform.planning.duty import duty_rules, own_rules
from hereabouts_schemas.errors import InputError

NAME = "drivers' hours"


def check_duty_rules(path: Path) -> Iterator[Check]:
    """Read the council's file; nothing is said where there is none."""
    try:
        own = own_rules(path)
    except InputError as error:
        message = f"{error} Until it is mended no round is planned and no vehicle comes in."
        yield Check(name=NAME, state=State.BROKEN, message=message)
        return
    if own:
        shipped = duty_rules()
        told = [f"{name} (in place of the one that comes along)" if name in shipped else name for name in own]
        message = f"Rule sets of {path}: {', '.join(told)}."
        yield Check(name=NAME, state=State.OK, message=message, detail={"rule_sets": list(own)})
