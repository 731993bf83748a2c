"""Whether an order may be sent, as far as the order book of its symbol is concerned."""

from collections.abc import Callable

from alphastrike.domain.errors import BookNotLive
from alphastrike.domain.orders import UnifiedOrder
from alphastrike.domain.streams import StreamState

BookState = Callable[[str], StreamState]
"""State of a symbol's book; `CLOSED` where nobody follows it."""


def unfollowed(symbol: str) -> StreamState:
    """Where no stream is there to ask."""
    del symbol
    return StreamState.CLOSED


def need_live_book(order: UnifiedOrder, state: StreamState) -> None:
    """`BookNotLive` while a followed book is not whole; an order that only reduces always passes."""
    if not order.reduce_only and state not in {StreamState.CLOSED, StreamState.LIVE}:
        raise BookNotLive(
            f"order {order.client_order_id} ({order.symbol}): the order book is {state.name}, allowed LIVE; "
            "nothing was sent"
        )
