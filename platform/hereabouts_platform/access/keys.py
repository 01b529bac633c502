"""Principals and their keys: made, given out once, kept as SHA-256.

A key is 256 random bits, so a plain hash is enough at rest: there is nothing to guess, and nothing to slow down.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.store import access
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import crews as known_shifts
from hereabouts_platform.store.patches import known_patches
from hereabouts_platform.store.posts import find_feed, sources_fed_by
from hereabouts_schemas.access import Action, Principal, PrincipalKind, Resource, Role
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import format_time

PREFIX = "hab_live_"
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43,100}}")


def new_key() -> str:
    """A fresh API key: `hab_live_` and 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the store keeps of a key, a session token or a link's token: 32 bytes, SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def ensure_principal(
    connection: Connection,
    by: Principal,
    name: str,
    kind: PrincipalKind,
    role: Role,
    *,
    sources: Collection[str] = (),
    patches: Collection[str] = (),
    crews: Collection[str] = (),
) -> Principal:
    """The principal `name` with exactly `role`: made if it is new, left alone if it is there. Writes the audit.

    Call inside `acting(connection, by.id)`. A feeder hands in messages of `sources`; no other role names any. A housing
    officer sees the homes of `patches`, a housing manager of these or, without any, of all; given for somebody who is
    there already they take the place of those before. A waste crew sees the rounds of `crews`; so do these.

    Raises:
        NotAllowed: `by` may not administer access.
        InputError: the name is blank or reserved, or stands for another kind or other roles or sources; a feeder
            without sources, another role with some, or a source that takes no messages; an officer without patches,
            another role with some, or a patch that is not there; the same of a waste crew and its crews.
    """
    require(by, Action.ADMINISTER, Resource.ACCESS)
    _check_name(name)
    _check_sources(connection, role, sources)
    known = access.find_principal(connection, name)
    _check_patches(connection, role, patches, is_new=known is None)
    _check_crews(connection, role, crews, is_new=known is None)
    if known is not None:
        _check_same(known, kind, role)
        _check_same_sources(connection, known, sources)
        if patches and access.set_patches(connection, known.id, role, patches):
            moved = {"principal": name, "role_granted": role, "patches": sorted(patches)}
            access.record(connection, by, Action.ADMINISTER, Resource.ACCESS, moved)
        if crews and access.set_crews(connection, known.id, role, crews):
            moved = {"principal": name, "role_granted": role, "crews": sorted(crews)}
            access.record(connection, by, Action.ADMINISTER, Resource.ACCESS, moved)
        return known
    made = access.add_principal(connection, kind, name)
    if made is None:
        raise InputError("NAME", name, "The name belongs to a principal that was disabled; choose another.")
    access.grant_role(connection, made.id, role, sources=sources, patches=patches, crews=crews)
    detail: dict[str, object] = {"principal": name, "kind": kind, "role_granted": role, "sources": sorted(sources)}
    if patches:
        detail["patches"] = sorted(patches)
    if crews:
        detail["crews"] = sorted(crews)
    access.record(connection, by, Action.ADMINISTER, Resource.ACCESS, detail)
    return access.principal_named(connection, name)


def _check_patches(connection: Connection, role: Role, patches: Collection[str], *, is_new: bool) -> None:
    if patches and role not in (Role.HOUSING_OFFICER, Role.HOUSING_MANAGER):
        raise InputError("--patch", ", ".join(patches), "Only housing officers and managers have patches.")
    if role is Role.HOUSING_OFFICER and is_new and not patches:
        cure = "An officer has patches: `hereabouts user add NAME --role housing-officer --patch PATCH`."
        raise InputError("--patch", "", cure)
    missing = set(patches) - set(known_patches(connection)) if patches else set()
    if missing:
        cure = "There is no such patch; bring it in first with `hereabouts import patches FILE`."
        raise InputError("--patch", ", ".join(sorted(missing)), cure)


def _check_crews(connection: Connection, role: Role, crews: Collection[str], *, is_new: bool) -> None:
    if crews and role is not Role.WASTE_CREW:
        raise InputError("--crew", ", ".join(crews), "Only a waste crew is of certain crews.")
    if role is Role.WASTE_CREW and is_new and not crews:
        cure = "Say whose rounds they see: `hereabouts user add NAME --role waste-crew --crew CREW`."
        raise InputError("--crew", "", cure)
    missing = set(crews) - {shift.id for shift in known_shifts(connection)} if crews else set()
    if missing:
        cure = "There is no such crew; bring it in first with `hereabouts import crews FILE`."
        raise InputError("--crew", ", ".join(sorted(missing)), cure)


def _check_same(known: Principal, kind: PrincipalKind, role: Role) -> None:
    if known.kind is kind and known.roles == {role}:
        return
    roles = " and ".join(sorted(known.roles)) or "no role"
    cure = f"It is a {known.kind} with the role {roles} already: choose another name, or that role."
    raise InputError("NAME", known.name, cure)


def _check_sources(connection: Connection, role: Role, sources: Collection[str]) -> None:
    if bool(sources) != (role is Role.FEEDER):
        cure = (
            "A feeder is for certain sources: `hereabouts key add NAME --role feeder --source SOURCE`."
            if not sources
            else "Only a feeder is for certain sources."
        )
        raise InputError("--source", ", ".join(sources), cure)
    for source in sources:
        if find_feed(connection, source) is None:
            raise InputError("--source", source, "No source of that name takes messages; /v1/sources lists them.")


def _check_same_sources(connection: Connection, known: Principal, sources: Collection[str]) -> None:
    fed = sources_fed_by(connection, known.id)
    if fed != frozenset(sources):
        cure = f"It is a feeder of {', '.join(sorted(fed))} already: choose another name, or those sources."
        raise InputError("NAME", known.name, cure)


def issue_key(
    connection: Connection,
    by: Principal,
    to: Principal,
    name: str,
    *,
    key: str | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Give `to` an API key and return it; this is the only time it can be seen. Writes the audit.

    `key` keeps one that exists already (run.json's, over a restart): the same key again changes nothing. Call inside
    `acting(connection, by.id)`.

    Raises:
        NotAllowed: `by` may not administer access.
        InputError: `key` has not the form of `new_key()`, or is somebody else's.
    """
    require(by, Action.ADMINISTER, Resource.ACCESS)
    if key is not None and not _FORM.fullmatch(key):
        raise InputError("key", key[:12] + "...", f"A key is {PREFIX} and 43 random letters, digits, - or _.")
    plain = key or new_key()
    if access.add_key(connection, to.id, name, token_hash(plain), expires_at):
        detail = {"principal": to.name, "key": name, "expires_at": format_time(expires_at) if expires_at else None}
        access.record(connection, by, Action.ADMINISTER, Resource.ACCESS, detail)
    elif access.key_owner(connection, token_hash(plain)) != to.id:
        raise InputError("key", plain[:12] + "...", "This key belongs to another principal: make a new one.")
    return plain


def revoke_keys(connection: Connection, by: Principal, of: Principal, number: int | None = None) -> int:
    """End the keys of a principal, or one of them; returns how many worked until now. Writes the audit.

    Sessions opened with them end too. Call inside `acting(connection, by.id)`.

    Raises:
        NotAllowed: `by` may not administer access.
        InputError: `of` has no such key, or it was revoked before.
    """
    require(by, Action.ADMINISTER, Resource.ACCESS)
    revoked = access.revoke_keys(connection, of.id, number)
    if number is not None and not revoked:
        raise InputError("--number", number, f"{of.name} has no such key, or not any more: see `hereabouts key list`.")
    detail = {"principal": of.name, "keys_revoked": revoked, "number": number}
    access.record(connection, by, Action.ADMINISTER, Resource.ACCESS, detail)
    return revoked


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > 200:
        raise InputError("NAME", name, "Give a name of 1 to 200 characters without blanks around it.")
    if name.startswith("system:"):
        raise InputError("NAME", name, "Names that begin with system: are the system's own; choose another.")
