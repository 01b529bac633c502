"""Whether a feed with many devices is heard at all: one alert on the feed instead of one on each device."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hereabouts_platform.rules.wording import say_time
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, SubjectKind

HAZARD = "feed_silent"
RULE = "feed_silence"
RULE_VERSION = "1"

MANY_DEVICES = 10  # fewer, and the devices speak for themselves: together with their feed they may well be silent
SILENT_AFTER = timedelta(hours=2)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedFacts:
    """A source, how many deployed devices were last heard on it, and when the newest of their messages came."""

    name: str
    devices: int
    heard_at: datetime


def assess_feed(feed: FeedFacts, now: datetime) -> Assessment:
    """FLAG when nothing came for 2 hours from a feed of 10 devices and more; CLEAR as soon as something comes."""
    silent = now - feed.heard_at
    whole = float(silent // _HOUR)
    hours = Evidence(
        value=whole, unit="h", limit=SILENT_AFTER / _HOUR, from_at=feed.heard_at, to_at=feed.heard_at + whole * _HOUR
    )
    draft = Assessment(
        subject_kind=SubjectKind.SOURCE,
        subject_id=feed.name,
        hazard=HAZARD,
        finding=Finding.CLEAR,
        level=Level.ACT,
        reason=f"The feed {feed.name} was last heard {say_time(feed.heard_at)}.",
        rule=RULE,
        rule_version=RULE_VERSION,
        evidence={"silence": hours},
    )
    if feed.devices < MANY_DEVICES or silent <= SILENT_AFTER:
        return draft
    reason = (
        f"Nothing has come from the feed {feed.name} since {say_time(feed.heard_at)}; {feed.devices:,} devices were "
        "heard on it. Look at its network, its broker and its access before looking at any device."
    )
    return replace(draft, finding=Finding.FLAG, reason=reason)
