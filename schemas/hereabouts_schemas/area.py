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
