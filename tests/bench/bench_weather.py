"""What knowing the weather's effect is worth to a forecast, in made-up towns of the tuning seeds (docs/forecast.md).

`.venv/bin/pytest tests/bench/bench_weather.py --override-ini python_files='bench_*.py' --capture no`

Every third bin is emptied at nine each morning, in turns. At five the levels of the bins that nobody will empty are
forecast for a day and for two days ahead, from 1 April on, and held against what is truly in them then.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest

import hereabouts_deploy.waste_policy.memory as policy_memory
from hereabouts_deploy.waste_policy.calendar import ZERO_S
from hereabouts_deploy.waste_policy.memory import Memory
from hereabouts_deploy.waste_simulation.judge import World, as_told, make_world
from hereabouts_deploy.waste_simulation.ledger import DAY_S, Ledger
from hereabouts_deploy.waste_simulation.parameters import LEAD_IN_DAYS, LEAVE_H, PLAN_H, Kind
from hereabouts_deploy.waste_simulation.policy import Found, Morning, Outcome
from hereabouts_platform.bins.forecast import forecast
from hereabouts_platform.bins.growth import Growth

DAYS, HOURS, EMPTIED_H, TURNS = 150, 24, 9, 3


@dataclass
class Errors:
    """Of forecasts: points off the P50, pinball of the P90, and whether it held; by kind of spot and days ahead."""

    off: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    pinball: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    held: dict[tuple[str, int], list[bool]] = field(default_factory=dict)

    def add(self, group: str, ahead: int, *, p50: float, p90: float, true: float) -> None:
        for name in (group, "all"):
            self.off.setdefault((name, ahead), []).append(abs(true - p50))
            self.pinball.setdefault((name, ahead), []).append(max(0.9 * (true - p90), 0.1 * (p90 - true)))
            self.held.setdefault((name, ahead), []).append(true <= p90)


def live(world: World) -> Errors:
    """The mornings of a world: what was forecast, held against what came."""
    town, year = world.town, world.year
    ledger, found, memory = Ledger(year.so_far, town.capacity_l), Errors(), None
    percent = np.full(((len(year.days) + 1) * HOURS, town.bins), np.nan)
    outcomes: list[Outcome] = []
    turn = np.arange(town.bins) % TURNS
    for day in range(len(year.days) - 2):
        hour = day * HOURS + PLAN_H
        if day >= LEAD_IN_DAYS:
            morning = Morning(
                today=day, now_s=hour * 3600, leave_s=day * DAY_S + LEAVE_H * 3600, town=town, days=year.days,
                percent=percent[:hour], second=world.sensors.second, outcomes=tuple(outcomes), tickets=(),
                weather=as_told(year.weather, day),
            )  # fmt: skip
            memory = memory or Memory(morning, world.usual.told_l / town.capacity_l * 100)
            memory.take_in(morning)
            times = ZERO_S + morning.now_s + DAY_S * np.arange(3)
            ahead = forecast(memory.state, memory.ids, times, memory.growths)
            for days in (1, 2):
                put_in = year.so_far[hour + HOURS * days] - ledger.taken()
                left = np.array(town.sensor) & ((turn - day) % TURNS >= days)
                true = np.minimum(put_in / town.capacity_l * 100, 100.0)
                p50, p90 = ahead.level(0.5)[:, days], ahead.level(0.9)[:, days]
                for k in np.flatnonzero(left):
                    found.add(str(town.group[k]), days, p50=p50[k], p90=p90[k], true=true[k])
        emptied_s = np.where(turn == day % TURNS, float(day * DAY_S + EMPTIED_H * 3600), np.inf)
        for k in np.flatnonzero(turn == day % TURNS).tolist():
            over = ledger.litres_at(k, emptied_s[k]) >= town.capacity_l[k]
            said = Found.OVERFLOWING if over else Found.EMPTIED
            outcomes.append(Outcome(bin=k, at_s=int(emptied_s[k]), found=said))
        before = ledger.taken()
        ledger.close_day(day, emptied_s)
        fill = ledger.fill_at_hours(hour, HOURS, world.sensors.second, before, emptied_s)
        percent[hour : hour + HOURS] = world.sensors.readings(hour, fill)
    return found


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", list(Kind))
def test_levels_ahead_with_and_without_the_weather(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(kind, 1, LEAD_IN_DAYS + DAYS)
    found = {"with": live(world)}

    def usual(growths: dict[str, Growth], *_: object) -> dict[str, Growth]:
        return growths

    monkeypatch.setattr(policy_memory, "weathered", usual)
    found["without"] = live(world)
    for key in sorted(found["with"].off):
        for way in ("without", "with"):
            off, pinball, held = (np.mean(getattr(found[way], one)[key]) for one in ("off", "pinball", "held"))
            print(
                f"{kind}, {key[0]}, {key[1]} d ahead, {way} weather: MAE {off:.2f}, pinball of P90 {pinball:.3f}, "
                f"held {held:.3f}, {len(found[way].off[key])} forecasts"
            )
