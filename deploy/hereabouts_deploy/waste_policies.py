"""The policies of collection that can be judged by name: the baselines of the simulation, and ours beside them."""

from collections.abc import Mapping
from types import MappingProxyType

from hereabouts_deploy.waste_simulation.baselines import BASELINES, Maker

POLICIES: Mapping[str, Maker] = MappingProxyType({**BASELINES})
