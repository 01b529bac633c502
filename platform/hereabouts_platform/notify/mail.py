"""An e-mail to be, and how a sender says that it did not go."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

LONGEST = 254  # RFC 5321
_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One e-mail in plain text.

    Attributes:
        to: the address.
        subject: one line.
        body: paragraphs of plain text.
        reference: stands in it, the same at every attempt: by it a second copy can be known.
        again: whether an attempt was made before whose end nobody wrote down, so that it may have gone already.
    """

    to: str
    subject: str
    body: str
    reference: UUID
    again: bool = False


class MailRefused(Exception):
    """This e-mail will never go: its address or its text is refused. The message says why, without the address."""


class MailDelayed(Exception):
    """It did not go now and may go later. The message says why, without the address."""


Send = Callable[[Mail], None]
"""Hands over one e-mail.

Raises:
    MailRefused: it will never go.
    MailDelayed: it may go later.
"""


def is_address(text: str) -> bool:
    """Whether it can be an e-mail address that every mail server takes: printable ASCII around one @.

    Example:
        >>> is_address("ada.pym@example.gov.uk"), is_address("Ada Pym"), is_address("ada@example.gov.uk\\nBcc: x@y.z")
        (True, False, False)
    """
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def without_address(words: str, mail: Mail) -> str:
    """What a server said, in one line of at most 300 characters, without whom it was about."""
    return " ".join(words.replace(mail.to, "the address").split())[:300]
