"""What the API answers about datasets. Times are UTC; units are UCUM codes."""

from typing import Literal

from pydantic import AwareDatetime, Field

from hereabouts_api.models import AT, Item, Listing

Value = str | int | float | bool | None


class DatasetColumn(Item):
    """One column of a dataset."""

    name: str = Field(examples=["rating"])
    title: str = Field(examples=["Energy rating"])
    type: Literal["text", "number", "integer", "boolean", "date", "time", "category"]
    unit: str | None = Field(description="UCUM code; null where it is no number.", examples=["m2"])
    meaning: str
    categories: dict[str, str] | None = Field(description="What each code means; null where any text will do.")


class DatasetItem(Item):
    """A dataset, with the numbers of its newest vintage."""

    name: str = Field(examples=["epc"])
    title: str
    description: str
    source: str = Field(description="Who publishes it, and where.")
    licence: str
    attribution: str = Field(description="What has to stand beside anything made of it.")
    sensitivity: Literal["open", "home"] = Field(description="home: personal, and who reads the rows is kept.")
    vintage: str = Field(description="The newest edition: a year, a month or a day.", examples=["2026-09"])
    vintages: int = Field(description="How many editions there are.")
    identifies: str = Field(description="By what a row names its place.", examples=["uprn"])
    rows: int
    linked: int = Field(description="Of the rows, those that name a place or area that is known here.")
    from_: AwareDatetime | None = Field(alias="from", description="When the oldest row holds from.", examples=[AT])
    to: AwareDatetime | None = Field(description="When the newest row holds to.")
    loaded_at: AwareDatetime | None = Field(description="When a file of the newest vintage last came in.")
    columns: list[DatasetColumn]


class DatasetVintage(Item):
    """One edition of a dataset."""

    vintage: str = Field(examples=["2026-09"])
    identifies: str = Field(description="uprn, usrn, postcode, gss or point.", examples=["uprn"])
    within_m: float | None = Field(description="How near, in metres, a point must be to be linked to a place.")
    rows: int
    linked: int
    unlinked: int = Field(description="Rows that name no place or area that is known here yet.")
    from_: AwareDatetime | None = Field(alias="from")
    to: AwareDatetime | None
    linked_at: AwareDatetime | None = Field(description="When places were last looked up.")


class DatasetLoad(Item):
    """One file that came in."""

    id: int
    vintage: str
    file: str
    file_sha256: str
    spec_sha256: str = Field(description="Of the description that it was read by, which is kept with it.")
    whole: bool = Field(description="Whether rows that it did not hold were taken out.")
    at: AwareDatetime
    by: str = Field(description="The principal that brought it in.")
    stored: int
    updated: int
    duplicate: int
    removed: int
    refused: int
    refused_by_cause: dict[str, int]


class DatasetView(DatasetItem):
    """A dataset with its editions and the files that it came from."""

    editions: list[DatasetVintage]
    loads: list[DatasetLoad] = Field(description="The newest first, at most a hundred.")


class DatasetRow(Item):
    """One row of a dataset."""

    vintage: str
    key: str = Field(description="What tells it from other rows of the vintage.")
    given: str = Field(description="Its place as the file has it.", examples=["100051234567"])
    identifies: str
    place: str | None = Field(description="The place it was linked to.", examples=["home-7"])
    home: str | None = Field(description="The home that place is, or is a room of.")
    lon: float | None
    lat: float | None
    linked: bool
    from_: AwareDatetime | None = Field(alias="from", description="From when it holds; an instant where `to` is null.")
    to: AwareDatetime | None
    load: int = Field(description="The file it came from, among the dataset's loads.")
    line: int = Field(description="Its line in that file.")
    values: dict[str, Value] = Field(description="By column; null where the file has none.")


class DatasetListing(Listing[DatasetItem]):
    """Datasets in order of name."""


class DatasetRowListing(Listing[DatasetRow]):
    """Rows in order of vintage and key."""
