"""What codes are called on pages: in words for the person at the door as much as for the officer."""

import re
from datetime import date

from hereabouts_platform.rules.health import Health
from hereabouts_platform.rules.wording import beside
from hereabouts_schemas.alert import Level
from hereabouts_schemas.area import AreaKind
from hereabouts_schemas.place import PlaceKind
from hereabouts_schemas.quantity import QUANTITIES

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

LEVELS = {
    Level.URGENT: "Urgent",
    Level.ACT: "Needs action",
    Level.WATCH: "Keep an eye on it",
}
HAZARDS = {
    "damp_mould": "Damp air, where mould can grow",
    "sensor_silent": "Not heard",
    "battery_low": "Battery low",
    "sensor_stuck": "Stands still",
    "clock_wrong": "Clock wrong",
    "feed_silent": "Feed silent",
    "unaccounted": "Numbers do not agree",
}
SOURCES = {
    "things_stack": "The Things Stack",
    "chirpstack": "ChirpStack",
    "homelink": "HomeLINK",
    "plain": "Plain messages",
    "things_stack_joins": "The Things Stack (joins)",
    "homelink_events": "HomeLINK (events)",
    "homelink_alerts": "HomeLINK (alerts)",
    "homelink_devices": "HomeLINK (devices)",
    "senml": "SenML",
}
HEALTH = {
    Health.LIVE: "Live",
    Health.LATE: "Late",
    Health.SILENT: "Silent",
    Health.WAITING: "Not heard yet",
    Health.SPARE: "Not in use",
}
KINDS = {
    PlaceKind.BUILDING: "Building",
    PlaceKind.HOME: "Home",
    PlaceKind.ROOM: "Room",
    PlaceKind.BIN_SITE: "Bin site",
    PlaceKind.BIN_SLOT: "Bin",
    PlaceKind.STREET: "Street",
    PlaceKind.COUNTING_LINE: "Counting line",
    PlaceKind.WEATHER_STATION: "Weather station",
    PlaceKind.DEPOT: "Depot",
    PlaceKind.TIP: "Tip",
    PlaceKind.OFFICE: "Office",
}
AREA_KINDS: dict[str, str] = {
    **{kind.value: kind.value.replace("_", " ") for kind in AreaKind},
    **{kind.value: kind.value.upper() for kind in (AreaKind.OA, AreaKind.LSOA, AreaKind.MSOA)},
}
UNITS = {
    "Cel": "°C",
    "%": "%",
    "ppm": "ppm",
    "ppb": "ppb",
    "hPa": "hPa",
    "ug/m3": "µg/m³",
    "mg/m3": "mg/m³",
    "mm": "mm",
    "m/s": "m/s",
    "deg": "°",
    "W/m2": "W/m²",
    "V": "V",
    "{count}": "",
    "{bool}": "",
    "{index}": "",
    "1": "",
}
NAMED_BY = {
    "uprn": "this property",
    "usrn": "this street",
    "point": "this spot",
    "postcode": "the postcode",
    "gss": "the area",
}
PLAIN_UNITS = {
    "m2": "m²",
    "m3": "m³",
    "kW.h": "kWh",
    "kW.h/m2/a": "kWh/m² a year",
    "t/a": "tonnes a year",
    "[GBP]/a": "pounds a year",
}
MEDIA = {"air": "Relative humidity of the air", "surface": "Relative humidity at the coldest surface, estimated"}
MEASURES = {
    "mould_index": "Mould index of the coldest surface (0 to 6)",
    "temperature_week": "Temperature, a week's average",
    "night_temperature": "Temperature of the last night",
}
BELOW = ("excess_cold",)  # hazards whose limits are not to be fallen below
PERIODS = {"day": "a day's average", "week": "a week's average", "month": "a month's average"}


def hazard_of(hazard: str) -> str:
    """A hazard in words; one that is new here by its code."""
    return HAZARDS.get(hazard, hazard.replace("_", " ").capitalize())


def quantity_of(quantity: str, channel: str = "") -> str:
    """A quantity's title, with its channel where there are several."""
    known = QUANTITIES.get(quantity)
    title = known.title if known else quantity.replace("_", " ").capitalize()
    return f"{title} ({channel})" if channel else title


def source_of(source: str) -> str:
    """A source in words; one that somebody added by its name."""
    return SOURCES.get(source, source)


def unit_of(unit: str) -> str:
    """A UCUM code as people write it, with the space before it."""
    written = UNITS.get(unit, unit)
    return f" {written}" if written not in ("", "°") else written


def number(value: float, unit: str) -> str:
    """A value as precise as it is worth.

    Example:
        >>> number(81.34, "%"), number(19.0, "Cel"), number(3.0, "{count}"), number(1.0, "{bool}")
        ('81.3', '19.0', '3', 'yes')
    """
    if unit == "{bool}":
        return "yes" if value else "no"
    if unit in ("Cel", "%", "m/s", "1"):
        return f"{value:.1f}"
    if unit == "V":
        return f"{value:.2f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def with_limit(value: float, limit: float, unit: str) -> tuple[str, str]:
    """A value and its limit, equally precise and so that they can be told apart.

    Example:
        >>> with_limit(0.3, 0.35, "1"), with_limit(81.34, 75.0, "%"), with_limit(3.0, 2.0, "{count}")
        (('0.30', '0.35'), ('81.3', '75.0'), ('3', '2'))
    """
    if unit == "{bool}":
        return number(value, unit), number(limit, unit)
    decimals = max(len(number(one, unit).partition(".")[2]) for one in (value, limit))
    return beside(value, limit, decimals)


def evidence_of(name: str) -> str:
    """What a number of an alert's evidence is; one that is new here by its code.

    Example:
        >>> evidence_of("air_humidity_week")
        "Relative humidity of the air, a week's average"
    """
    if name in MEASURES:
        return MEASURES[name]
    medium, _, period = name.partition("_humidity_")
    if medium in MEDIA and period in PERIODS:
        return f"{MEDIA[medium]}, {PERIODS[period]}"
    return name.replace("_", " ").capitalize()


def is_beyond(hazard: str, value: float, limit: float) -> bool:
    """Whether a number of an alert's evidence lies at or past its limit, on the side that the hazard lies on.

    Example:
        >>> is_beyond("damp_mould", 81.0, 75.0), is_beyond("excess_cold", 13.5, 18.0)
        (True, True)
    """
    return value < limit if hazard in BELOW else value >= limit


def dataset_value(value: str | float | bool, unit: str | None) -> str:
    """A value of a dataset with its unit; a unit in braces only says what is counted.

    Example:
        >>> dataset_value(71.5, "m2"), dataset_value(3, "{count}"), dataset_value(True, None), dataset_value("D", None)
        ('71.5 m²', '3', 'yes', 'D')
        >>> dataset_value("2023-02-01", None)
        '1 February 2023'
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    said = _say_text(value) if isinstance(value, str) else f"{value:,.10g}"
    if unit is None or unit == "1" or unit.startswith("{"):
        return said
    return f"{said}{unit_of(PLAIN_UNITS.get(unit, unit))}"


def _say_text(text: str) -> str:
    """A date as people say it; any other text as it is."""
    if not _DATE.fullmatch(text):
        return text
    try:
        return f"{date.fromisoformat(text):%-d %B %Y}"
    except ValueError:  # 2023-02-30 is a date of no calendar: shown as it came
        return text


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun.

    Example:
        >>> counted(1, "device", "devices"), counted(1200, "device", "devices")
        ('1 device', '1,200 devices')
    """
    return f"{count:,} {one if count == 1 else many}"
