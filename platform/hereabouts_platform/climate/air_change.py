"""How fast a room's vapour goes while nobody adds any: an index of its air change."""

from hereabouts_platform.climate.decay import decay_rate
from hereabouts_platform.climate.vapour import Floats

LEAST_EXCESS = 0.5  # g/m3: about what two sensors with an error of 2 % disagree by
FEWEST_HOURS = 4


def relative_air_change(indoor: Floats, outdoor: Floats) -> Floats:
    """Air change, 1/h, by the decay of absolute humidity, g/m3, over hours along the first axis, room by room.

    `n = -ln((AH - AHe) / (AH0 - AHe)) / t`, by least squares, with the outdoor humidity of each hour. Walls and
    furniture give vapour back as the air dries, so it is too low: good to compare a room with itself or its like, not
    with a ventilation standard. NaN with fewer than 4 hours 0.5 g/m3 above the air outside.
    """
    return decay_rate(indoor - outdoor, LEAST_EXCESS, FEWEST_HOURS)
