"""The policies of collection that can be judged by name: the baselines of the simulation, and ours beside them."""

from collections.abc import Mapping
from types import MappingProxyType

from hereabouts_deploy.waste_policy.ours import Ours
from hereabouts_deploy.waste_simulation.baselines import BASELINES, Maker
from hereabouts_deploy.waste_simulation.fixed import Depot

#: What a bin-day of overflow is taken to cost, in kilometres: the dial, from few miles to little overflow.
DIAL = (0.4, 0.9, 1.5, 4, 12, 40, 100, 400)


def _ours(rho_km: float) -> Maker:
    def made(depot: Depot) -> Ours:
        return Ours(depot, rho_km)

    return made


POLICIES: Mapping[str, Maker] = MappingProxyType({**BASELINES, **{f"ours-{one:g}": _ours(one) for one in DIAL}})
