"""Routes that were made once, kept in files: good ones take seconds each, and many years drive the same."""

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hereabouts_deploy.waste_simulation.policy import Round
from hereabouts_deploy.waste_simulation.routes import plan_routes
from hereabouts_deploy.waste_simulation.town import Town


class RouteBook:
    """Routes by what they were made of: streets, bins, litres, and how long the solver searched."""

    def __init__(self, folder: Path, iterations: int) -> None:
        self._folder, self._iterations = folder, iterations

    def rounds(self, town: Town, bins: Sequence[int], litres: Sequence[float]) -> tuple[Round, ...]:
        """The routes that serve the bins, from the folder or made now."""
        whole = [round(float(one)) for one in litres]
        place = self._folder / f"{town.kind}-{town.layout}-{self._key(town, bins, whole)}.json"
        if place.is_file():
            kept: list[tuple[int, list[int]]] = json.loads(place.read_text(encoding="utf-8"))
            return tuple(Round(vehicle=vehicle, stops=tuple(stops)) for vehicle, stops in kept)
        made = plan_routes(town, bins, whole, self._iterations)
        self._folder.mkdir(parents=True, exist_ok=True)
        # Another process may be at the same routes: each writes a file of its own, and the last one stays.
        part = place.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps([[one.vehicle, one.stops] for one in made]), encoding="utf-8")
        part.replace(place)
        return made

    def _key(self, town: Town, bins: Sequence[int], litres: Sequence[int]) -> str:
        made_of: Any = [version("pyvrp"), self._iterations, list(bins), list(litres), repr(town.vehicles)]
        digest = hashlib.sha256(json.dumps(made_of).encode())
        for part in (town.metres, town.seconds, town.service_s, town.kg_per_l):
            digest.update(part.tobytes())
        return digest.hexdigest()[:20]
