"""What a home shares with its neighbours and with others of its build type, as far as the caller may see them."""

from datetime import datetime

from hereabouts_api.access import Caller
from hereabouts_platform.homes.neighbours import Pattern, patterns
from hereabouts_platform.store.block import build_type_of, homes_of_block
from hereabouts_schemas.access import Resource


def patterns_of(caller: Caller, home: str, now: datetime) -> list[Pattern]:
    """Patterns of its stack and block that a home is part of, and of its build type; the homes go to the audit.

    Homes that the caller may not see are neither named nor counted.
    """
    block = [one for one in patterns(homes_of_block(caller.connection, home, now)) if home in one.homes]
    caller.saw(Resource.PLACES, "pattern", (other for one in block for other in one.homes if other != home))
    of_type = build_type_of(caller.connection, home)
    return block if of_type is None else [*block, of_type]
