"""Which columns of a file hold code and name, and what kind and vintage its areas are. Pure.

The Office for National Statistics names columns after kind and year: WD24CD and WD24NM are codes and names of the wards
of 2024. Boundary-Line of Ordnance Survey says the kind in the name of the layer, and no vintage.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hereabouts_schemas.area import AreaKind
from hereabouts_schemas.errors import InputError

ONS_KINDS = {
    "OA": AreaKind.OA, "LSOA": AreaKind.LSOA, "MSOA": AreaKind.MSOA, "WD": AreaKind.WARD, "PAR": AreaKind.PARISH,
    "LAD": AreaKind.COUNCIL, "CTYUA": AreaKind.COUNTY, "CTY": AreaKind.COUNTY, "RGN": AreaKind.REGION,
    "CTRY": AreaKind.COUNTRY, "PCON": AreaKind.CONSTITUENCY,
}  # fmt: skip
OS_KINDS = {
    "district_borough_unitary_ward": AreaKind.WARD, "district_borough_unitary": AreaKind.COUNCIL,
    "county": AreaKind.COUNTY, "parish": AreaKind.PARISH, "westminster_const": AreaKind.CONSTITUENCY,
    "country_region": AreaKind.COUNTRY, "english_region": AreaKind.REGION,
}  # fmt: skip
_ONS_CODE = re.compile(r"(?P<prefix>[A-Z]+)(?P<year>\d\d)CD", re.IGNORECASE)
_VINTAGE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?")
_OS_CODES = ("code", "census_code", "gss_code")
_PLAIN_CODES = ("code",)
_NAMES = ("name",)


class Publisher(StrEnum):
    """Whose boundaries these are, where their columns tell."""

    ONS = "Office for National Statistics"
    OS = "Ordnance Survey"

    def licence(self, vintage: str) -> str:
        """What both ask to be said wherever their boundaries are shown."""
        crown = f"Contains OS data © Crown copyright and database right {vintage[:4]}."
        if self is Publisher.OS:
            return crown
        return f"Source: Office for National Statistics licensed under the Open Government Licence v.3.0. {crown}"


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaOptions:
    """What whoever imports says about a file; None leaves it to what the file itself says."""

    kind: AreaKind | None = None
    vintage: str | None = None
    code_column: str | None = None
    name_column: str | None = None
    layer: str | None = None
    source: str | None = None
    licence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What was settled on.

    Attributes:
        column_year: the year that the code column names, if it does.
    """

    kind: AreaKind
    vintage: str
    code_column: str
    name_column: str
    publisher: Publisher | None
    column_year: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Code:
    column: str
    kind: AreaKind | None = None
    year: str | None = None


def choose(columns: Sequence[str], layer: str, options: AreaOptions) -> Chosen:
    """Settle on kind, vintage and columns.

    Raises:
        InputError: the file leaves one of them open; the message names what was seen and the option that says it.
    """
    os_kind = OS_KINDS.get(re.sub(r"_region$", "", layer.lower())) or OS_KINDS.get(layer.lower())
    code = _code(columns, options, known_layer=os_kind is not None)
    kind = options.kind or code.kind or os_kind
    if kind is None:
        kinds = ", ".join(AreaKind)
        raise InputError("--kind", "", f"Nothing in the file says what its areas are. Give one of {kinds}.")
    publisher = Publisher.ONS if code.year else Publisher.OS if os_kind is not None else None
    return Chosen(
        kind=kind,
        vintage=_vintage(options, code, columns),
        code_column=code.column,
        name_column=_name(columns, options, code),
        publisher=publisher,
        column_year=code.year,
    )


def _code(columns: Sequence[str], options: AreaOptions, *, known_layer: bool) -> _Code:
    if options.code_column is not None:
        if options.code_column not in columns:
            raise InputError("--code-column", options.code_column, _seen(columns))
        return _read_code(options.code_column)
    named = [code for code in map(_read_code, columns) if code.kind is not None]
    if options.kind is not None and named:
        named = [code for code in named if code.kind is options.kind]
    if not named:
        wanted = _OS_CODES if known_layer else _PLAIN_CODES
        named = [_Code(column=column) for column in columns if column.lower() in wanted]
    if len(named) == 1:
        return named[0]
    if not named:
        raise InputError("--code-column", "", f"No column is known to hold codes. {_seen(columns)}")
    several = " and ".join(code.column for code in named)
    raise InputError("--code-column", "", f"{several} may all hold the code. Say which; or, among kinds, --kind.")


def _read_code(column: str) -> _Code:
    match = _ONS_CODE.fullmatch(column)
    kind = ONS_KINDS.get(match["prefix"].upper()) if match else None
    return _Code(column=column, kind=kind, year=f"20{match['year']}" if match and kind else None)


def _vintage(options: AreaOptions, code: _Code, columns: Sequence[str]) -> str:
    vintage = options.vintage or code.year
    if vintage is None:
        raise InputError("--vintage", "", f"No column says of which year the boundaries are. {_seen(columns)}")
    if not _VINTAGE.fullmatch(vintage):
        raise InputError("--vintage", vintage, "Give a year, or a year and a month, like 2024 or 2024-12.")
    return vintage


def _name(columns: Sequence[str], options: AreaOptions, code: _Code) -> str:
    if options.name_column is not None:
        if options.name_column not in columns:
            raise InputError("--name-column", options.name_column, _seen(columns))
        return options.name_column
    beside = re.sub("CD$", "NM", code.column, flags=re.IGNORECASE) if code.year else None
    named = [column for column in columns if beside is not None and column.upper() == beside.upper()]
    named = named or [column for column in columns if column.lower() in _NAMES]
    if len(named) != 1:
        cure = f"{_seen(columns)} Where areas have no names, give the column of their codes again."
        raise InputError("--name-column", "", cure)
    return named[0]


def _seen(columns: Sequence[str]) -> str:
    return f"The columns are {', '.join(columns) or 'none'}."
