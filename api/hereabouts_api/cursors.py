"""Keyset cursors: where a list goes on, opaque to whoever carries them."""

import base64
from typing import Annotated, Generic, TypeVar

from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter

from hereabouts_schemas.errors import InputError

KeyType = TypeVar("KeyType")

At = AwareDatetime
Number = Annotated[int, Field(ge=-(2**63), lt=2**63)]  # as wide as PostgreSQL's bigint
SmallNumber = Annotated[int, Field(ge=0, lt=2**31)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class Cursor(Generic[KeyType]):
    """The cursors of one list; `shape` is the type of its items' sort key.

    Example:
        >>> places = Cursor("places", tuple[Name])
        >>> places.read(places.write(("home-7",)))
        ('home-7',)
    """

    def __init__(self, listing: str, shape: type[KeyType]) -> None:
        self.listing = listing
        self._adapter: TypeAdapter[tuple[str, KeyType]] = TypeAdapter(tuple[str, shape])  # type: ignore[valid-type]

    def write(self, key: KeyType) -> str:
        """The cursor behind the item with this key."""
        return base64.urlsafe_b64encode(self._adapter.dump_json((self.listing, key))).rstrip(b"=").decode()

    def read(self, text: str | None) -> KeyType | None:
        """The key that `write` put in; None where there is no cursor.

        Raises:
            InputError: it is no cursor of this list.
        """
        if text is None:
            return None
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            listing, key = self._adapter.validate_json(base64.b64decode(padded, altchars=b"-_", validate=True))
        except ValueError:
            listing = ""
        if listing != self.listing:
            cure = "Give the `next` of this list's last answer as it is, or leave it out to start anew."
            raise InputError("cursor", text, cure)
        return key
