"""What causes are told from: one number a room and feature, worked out from the day's record and from nothing else.

Every feature is an array over rooms, float64, NaN where it cannot be said; shares lie between 0 and 1. Unless its line
says otherwise a feature looks back over about a month: sums are forgotten by the day with the time constant
`memory_days` of the limits, and only days with enough readings go in. "Season" is the heating season (October to April,
UTC); a season's sums stand still in summer. "Night" is 00:00 to 05:00 UTC, when little is cooked, washed or heated.
Humidity by weight is absolute humidity, g/m3. Source of the list: section 2.8 of our notes on damp, which puts one
signature to each cause.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class RoomKind(IntEnum):
    """What a room is for, as far as its name tells; the numbers are kept in records and never change."""

    OTHER = 0
    HOME = 1  # no room is named: the sensor speaks for the home
    BEDROOM = 2
    LIVING_ROOM = 3
    KITCHEN = 4
    BATHROOM = 5
    HALL = 6


WET_ROOMS = (RoomKind.KITCHEN, RoomKind.BATHROOM)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Features:
    """The features of many rooms, each an array (rooms,).

    Attributes:
        kind: a RoomKind, as a number.
        f_rsi: temperature factor of the coldest surface that was reckoned with, 0 to 1.
        f_known: 1 where somebody measured or stated it, 0 where it is assumed.
        days: valid days behind the season's sums, as they are remembered; few days make every feature weak.
        cold_share: share of the season's hours below 18 degC.
        temperature: mean of the season's hours, degC.
        surface_humidity: mean at the coldest surface by `f_rsi` over the last 30 days, %.
        surface_humidity_standard: the same at a surface of f 0.75, whatever the wall's own is, %.
        air_humidity: mean of the air over the last 30 days, %.
        vapour_excess: mean of indoor less outdoor vapour pressure over the season, Pa.
        vpx5: vapour pressure excess at 5 degC outdoors, by the season's regression on the outdoor temperature, Pa. NaN
            with fewer than 14 days or an outdoor span below 6 K.
        vpx5_days: days behind that regression, as they are remembered.
        vpx5_span: span of daily outdoor temperatures of the last 30 days, K.
        floor: 5th percentile of the nights' least humidity by weight over 30 days, g/m3.
        floor_excess: 5th percentile of the nights' least excess over outdoors, g/m3: what is there when nobody adds.
        floor_step: mean of that excess over the last 7 nights less that of the 23 before, g/m3.
        swing: mean daily range of humidity by weight, g/m3.
        temperature_swing: mean daily range of temperature, K.
        air_change: relative air change by the decay of humidity by weight at night, 1/h.
        air_change_nights: nights behind it, as they are remembered.
        pulses: rises of humidity by weight by 1.5 g/m3 and more within an hour, a day.
        pulses_back_share: share of them back at their baseline within 3 hours, over the last fortnight or so.
        pulses_back_change: that share less what it was over the three months before; below 0: it takes longer now.
        time_constant: of cooling on nights without heating, h; small is a fabric that holds no heat.
        time_constant_nights: nights behind it, as they are remembered.
        rain: vapour excess by rain of the last 72 hours, Pa a mm of weighted rain, with the outdoor temperature held.
        rain_t: that coefficient in its standard errors; above about 3 it is hardly chance.
        to_other_rooms: mean vapour pressure less that of the home's other rooms, Pa; NaN in a home with one room.
        floor_to_other_rooms: least night humidity by weight less the mean of the other rooms' over 30 days, g/m3.
        co2_night: mean carbon dioxide at night, ppm; NaN where it is not measured.
        condensation_hours: hours a day with the coldest surface at or below the dew point, over the last 7 days.
        mould: mould index on the coldest surface, 0 to 6, unknown hours taken as dry.
        mould_if_warm: what it would be had the air never been below 18 degC, with the same vapour.
        mould_if_drier: what it would be with 0.7 of the vapour excess.
        mould_if_insulated: what it would be with f greater by 0.1.
        mould_if_standard: what it would be with f 0.75.
        surface_if_warm, surface_if_drier, surface_if_insulated: mean surface humidity of the season likewise, %.
        surface_season: mean surface humidity of the season's hours as they were, %: what the three compare with.
        frozen_hours: for how long temperature and humidity both stand still to the last digit, h; now, not a mean.
        below_outdoor_hours: for how long indoor vapour is more than 150 Pa below outdoor vapour, h; now, not a mean.
        saturated_hours: for how long humidity stands at its end (99.5 % and more), h; now, not a mean.
        drift: vapour excess of the last 10 days less what the season's regression expects of them, Pa.
        temperature_shift: mean temperature of the last 10 days less the season's, K.
        moved_days: days since temperatures changed as if the sensor had been moved; NaN where they did not.
    """

    kind: Floats
    f_rsi: Floats
    f_known: Floats
    days: Floats
    cold_share: Floats
    temperature: Floats
    surface_humidity: Floats
    surface_humidity_standard: Floats
    air_humidity: Floats
    vapour_excess: Floats
    vpx5: Floats
    vpx5_days: Floats
    vpx5_span: Floats
    floor: Floats
    floor_excess: Floats
    floor_step: Floats
    swing: Floats
    temperature_swing: Floats
    air_change: Floats
    air_change_nights: Floats
    pulses: Floats
    pulses_back_share: Floats
    pulses_back_change: Floats
    time_constant: Floats
    time_constant_nights: Floats
    rain: Floats
    rain_t: Floats
    to_other_rooms: Floats
    floor_to_other_rooms: Floats
    co2_night: Floats
    condensation_hours: Floats
    mould: Floats
    mould_if_warm: Floats
    mould_if_drier: Floats
    mould_if_insulated: Floats
    mould_if_standard: Floats
    surface_if_warm: Floats
    surface_if_drier: Floats
    surface_if_insulated: Floats
    surface_season: Floats
    frozen_hours: Floats
    below_outdoor_hours: Floats
    saturated_hours: Floats
    drift: Floats
    temperature_shift: Floats
    moved_days: Floats

    def __len__(self) -> int:
        return len(self.kind)

    def of(self, rooms: "NDArray[np.intp] | NDArray[np.bool_] | slice") -> "Features":
        """The features of some of the rooms, in the order asked for."""
        return Features(**{one.name: getattr(self, one.name)[rooms] for one in fields(self)})


def room_kind(name: str | None) -> RoomKind:
    """What a room is for, by what it is called; None where the place is the home itself.

    Example:
        >>> room_kind("Bedroom 2").name, room_kind("Ensuite shower").name, room_kind("Store").name, room_kind(None).name
        ('BEDROOM', 'BATHROOM', 'OTHER', 'HOME')
    """
    if name is None:
        return RoomKind.HOME
    said = name.casefold()
    for kind, words in _WORDS.items():
        if any(word in said for word in words):
            return kind
    return RoomKind.OTHER


_WORDS = {  # the first that fits: a "bathroom" is no "room", a "living room with kitchen" is cooked in
    RoomKind.BATHROOM: ("bath", "shower", "wet room", "en suite", "ensuite", "toilet", "wc"),
    RoomKind.KITCHEN: ("kitchen",),
    RoomKind.BEDROOM: ("bed", "nursery"),
    RoomKind.LIVING_ROOM: ("living", "lounge", "sitting", "dining"),
    RoomKind.HALL: ("hall", "landing", "stair", "corridor"),
}
