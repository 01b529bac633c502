"""Areas: boundaries that places fall in."""

from enum import StrEnum


class AreaKind(StrEnum):
    """The kinds of area. An import refuses any other."""

    OA = "oa"
    LSOA = "lsoa"
    MSOA = "msoa"
    WARD = "ward"
    PARISH = "parish"
    COUNCIL = "council"
    COUNTY = "county"
    REGION = "region"
    COUNTRY = "country"
    CONSTITUENCY = "constituency"
    POSTCODE_SECTOR = "postcode_sector"
    PATCH = "patch"


def edition_of(text: str) -> tuple[str, str | None]:
    """Read `CODE` (of its newest vintage) or `CODE@vintage`."""
    code, _, vintage = text.partition("@")
    return code, vintage or None
