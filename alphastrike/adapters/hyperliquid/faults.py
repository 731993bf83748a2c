"""The venue's refusals as typed errors: whose fault, and what to do."""

import re

from alphastrike.domain import errors

_MOST_WORDS = 300
_KINDS: tuple[tuple[str, type[errors.VenueRejected], str], ...] = (
    (
        r"does not exist|must deposit before|vault not registered",
        errors.BadCredentials,
        "allowed: the account's own key, or an agent's that the account approved on this network and that "
        "has not expired; check private_key, account_address and network",
    ),
    (r"nonce|expired", errors.ClockSkewed, "set this machine's clock; one process a key"),
    (r"unknown (coin|asset)|invalid asset|not trading", errors.UnknownSymbol, "see get_instruments()"),
    (
        r"tick size|invalid size|invalid price|zero size",
        errors.PrecisionViolated,
        "allowed: five significant figures and the asset's decimals",
    ),
    (r"insufficient (margin|balance|spot)", errors.InsufficientMargin, "add margin or ask for less"),
    (r"already in use|duplicate", errors.DuplicateOrderId, "an earlier order with this id has landed"),
)
_MISSED = re.compile(
    r"could not immediately match|would have immediately matched|no liquidity", re.IGNORECASE
)
_GONE = re.compile(r"never placed, already canceled, or filled", re.IGNORECASE)


def refused(what: str, words: object) -> errors.VenueRejected:
    """The error behind the venue's words on `what`; a plain `VenueRejected` for words never seen."""
    said = str(words)[:_MOST_WORDS]
    for pattern, kind, advice in _KINDS:
        if re.search(pattern, said, re.IGNORECASE):
            return kind(f"{what}: the venue says: {said}; {advice}")
    return errors.VenueRejected(f"{what}: the venue says: {said}")


def is_missed(words: str) -> bool:
    """Whether an order ended without a fill by its own time in force, which is no fault."""
    return _MISSED.search(words) is not None


def is_gone(words: str) -> bool:
    """Whether there was nothing left to cancel."""
    return _GONE.search(words) is not None
