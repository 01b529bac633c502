"""The area that a list is narrowed to."""

from hereabouts_api.access import Caller
from hereabouts_platform.store.areas import find_area
from hereabouts_schemas.area import edition_of
from hereabouts_schemas.errors import InputError


def asked_area(caller: Caller, text: str | None) -> tuple[str, str] | None:
    """Code and vintage of `CODE` (its newest vintage) or `CODE@vintage`; None where nothing is asked for.

    Raises:
        InputError: there is no such area.
    """
    if text is None:
        return None
    found = find_area(caller.connection, *edition_of(text))
    if found is None:
        raise InputError("area", text, "There is no such area. Give CODE or CODE@vintage, as /v1/areas lists them.")
    return found["code"], found["vintage"]
