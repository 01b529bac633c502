"""Turn restrictions of a class map."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import osmium
from osmium.osm import RELATION


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnRule:
    """From one way over a point to another: forbidden, or the only turn allowed."""

    rule: str
    to_way: int

    @property
    def is_only(self) -> bool:
        """Whether every other turn is forbidden."""
        return self.rule.startswith("only_")

    def is_round_on(self, way: int) -> bool:
        """Whether it only says that one may not turn round in `way`, and go back along it."""
        return self.rule == "no_u_turn" and self.to_way == way


Rules = dict[tuple[int, int], list[TurnRule]]


def read_rules(class_map: Path, index: dict[int, int]) -> Rules:
    """The rules of a class map, by (way that one comes from, place of the point in the network).

    Rules over a way rather than a point are left out: they concern turning round on dual carriageways, which costs a
    vehicle of ours so much that it is not chosen.
    """
    rules: Rules = defaultdict(list)
    for relation in osmium.FileProcessor(str(class_map), RELATION):
        if not isinstance(relation, osmium.osm.Relation):
            continue
        via = [member.ref for member in relation.members if member.role == "via" and member.type == "n"]
        come = [member.ref for member in relation.members if member.role == "from" and member.type == "w"]
        go = [member.ref for member in relation.members if member.role == "to" and member.type == "w"]
        rule = relation.tags["restriction"]
        if len(via) == 1 and via[0] in index and rule.startswith(("no_", "only_")):
            for from_way in come:
                rules[from_way, index[via[0]]] += [TurnRule(rule=rule, to_way=to_way) for to_way in go]
    return rules
