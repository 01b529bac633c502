"""What is said of a day's weather: the groups it moves, by how much, and why; and nothing where it moves none."""

import numpy as np
import pytest

from hereabouts_platform.bins.weather import Air, Effect
from hereabouts_platform.bins.weather_words import weather_words

DAY = 20_515
EFFECTS = {"park": Effect(warm=0.05, wet=-0.5), "street": Effect(warm=0.01, wet=-0.05), "": Effect(warm=0.03)}


@pytest.mark.parametrize(
    ("warmer", "wetter", "says"),
    [
        (4.0, 0.0, "Warm for the season: about a fifth more than usual is expected in bins of park."),
        (-4.0, 0.0, "Cold for the season: about a sixth less than usual is expected in bins of park."),
        (0.0, 0.8, "Rain: about a third less than usual is expected in bins of park."),
        (2.0, -0.3, "Dry weather: about a quarter more than usual is expected in bins of park."),
        (8.0, 0.0, "Warm for the season: about half more than usual is expected in bins of park, about a quarter more "
         "than usual in those of beach."),
        (10.0, -0.6, "Warm for the season: about twice as much as usual is expected in bins of park."),
        (2.0, 0.0, ""),
        (float("nan"), float("nan"), ""),
    ],
)  # fmt: skip
def test_a_day_is_told(warmer: float, wetter: float, says: str) -> None:
    air = Air(first=DAY - 1, warmer=np.array([0.0, warmer]), wetter=np.array([0.0, wetter]))
    groups = ["street", "park", "park", *(["beach"] if warmer == 8 else [])]
    assert weather_words(EFFECTS, air, groups, DAY) == says
    assert weather_words(EFFECTS, air, groups, DAY + 1) == "", "nothing is known of days beyond"
    assert weather_words({}, air, groups, DAY) == ""
