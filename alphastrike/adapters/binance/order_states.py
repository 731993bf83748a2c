"""Binance's order statuses; one this version does not know is `OrderState.UNKNOWN`: reconcile it."""

from decimal import Decimal
from typing import Any

from alphastrike.domain.orders import OrderState

_STATES = {
    "NEW": OrderState.WORKING,
    "PARTIALLY_FILLED": OrderState.PARTIALLY_FILLED,
    "FILLED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELED,
    "REJECTED": OrderState.REJECTED,
    "EXPIRED": OrderState.EXPIRED,
    "EXPIRED_IN_MATCH": OrderState.EXPIRED,
    "NEW_INSURANCE": OrderState.WORKING,
    "NEW_ADL": OrderState.WORKING,
}
_ALGO_STATES = {
    "NEW": OrderState.WORKING,
    "TRIGGERING": OrderState.WORKING,
    "TRIGGERED": OrderState.WORKING,  # its order tells the rest
    "FINISHED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELED,
    "REJECTED": OrderState.REJECTED,
    "EXPIRED": OrderState.EXPIRED,
}


def to_state(status: Any) -> OrderState:
    """An order status."""
    return _STATES.get(str(status), OrderState.UNKNOWN)


def to_algo_state(status: Any) -> OrderState:
    """A conditional order's status."""
    return _ALGO_STATES.get(str(status), OrderState.UNKNOWN)


def price_of(value: Any) -> Decimal | None:
    """A price, None where the venue writes 0."""
    price = Decimal(str(value or "0"))
    return price or None
