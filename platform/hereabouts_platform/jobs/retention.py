"""The job that lets go of what has been kept for as long as it may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.rules.retention import CLASSES, DEFAULTS, NOTICE, DataClass, cut_of
from hereabouts_platform.store import retention as store
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassReport:
    """What a run would let go of in one class.

    Attributes:
        data: the class.
        keep: how long it is kept.
        follows_from: from when on this keep is followed, when it was set or changed lately.
        cut: what is older would go; None where it is kept for ever.
        due: table by table.
    """

    data: DataClass
    keep: str
    follows_from: datetime | None
    cut: datetime | None
    due: list[store.Due]


def keep_rules(connection: Connection, principal: Principal, keeps: Mapping[str, str]) -> None:
    """Write down what the settings say, for every class, so that all who ask are told the same."""
    require(principal, Action.ADMINISTER, Resource.STORE)
    with acting(connection, principal.id):
        store.save_rules(connection, keeps)


def report(
    connection: Connection, principal: Principal, now: datetime, keeps: Mapping[str, str] | None = None
) -> list[ClassReport]:
    """What a run at `now` would let go of, under the rules that stand, or under `keeps`; changes nothing."""
    require(principal, Action.READ, Resource.STORE)
    rules = store.rules_of(connection)
    found = []
    for name, data in CLASSES.items():
        rule = rules.get(name)
        keep = keeps[name] if keeps is not None else rule.keep if rule is not None else data.keep
        stands_since = rule.changed_at if rule is not None and rule.keep == keep else now
        cut = cut_of(name, keep, now)
        due = [] if cut is None else store.look(connection, name, cut)
        follows = None if cut is None or stands_since + NOTICE <= now else stands_since + NOTICE
        found.append(ClassReport(data=data, keep=keep, follows_from=follows, cut=cut, due=due))
    return found


def let_go(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, object]:
    """Delete what is older than its class is kept; returns rows by class, and what waits for its notice to pass.

    It commits part by part: cut off, it has done some, and the next run does the rest. Only the present matters, so a
    missed window is not made up for.
    """
    with acting(connection, principal.id):
        store.save_rules(connection, DEFAULTS, only_new=True)
    rules = store.rules_of(connection)
    cuts = {name: cut for name in CLASSES if (cut := _cut(rules[name], now)) is not None}
    gone = store.let_go(connection, principal, cuts)
    waiting = sum(rules[name].changed_at + NOTICE > now for name in CLASSES)
    return {"rows": sum(gone.values()), **{name: rows for name, rows in gone.items() if rows}, "noticed": waiting}


def _cut(rule: store.Rule, now: datetime) -> datetime | None:
    return None if rule.changed_at + NOTICE > now else cut_of(rule.name, rule.keep, now)
