"""Orders as they cross the exchange boundary, and the fills that come back."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum


class Side(IntEnum):
    """Direction of an order or fill; the value is its sign."""

    BUY = 1
    SELL = -1


class OrderType(IntEnum):
    """How an order finds its price. Stops and take-profits become market orders when triggered."""

    MARKET = 0
    LIMIT = 1
    STOP_MARKET = 2
    TAKE_PROFIT_MARKET = 3


class TimeInForce(IntEnum):
    """How long an order works. GTX is post-only: it expires rather than take liquidity."""

    GTC = 0
    IOC = 1
    FOK = 2
    GTX = 3


class OrderState(IntEnum):
    """Where an order is in its life; `execution.lifecycle` holds the legal moves."""

    PENDING = 0
    WORKING = 1
    PARTIALLY_FILLED = 2
    FILLED = 3
    CANCELED = 4
    REJECTED = 5
    EXPIRED = 6
    UNKNOWN = 7


@dataclass(frozen=True, slots=True)
class UnifiedOrder:
    """An order to send. Quantity in base units > 0; prices in quote; `symbol` is `BTCUSDT`-style."""

    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal
    client_order_id: str
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False

    @property
    def only_protects(self) -> bool:
        """Whether it waits for its price and can then only reduce: a second copy of it could do no harm."""
        return self.reduce_only and self.order_type > OrderType.LIMIT


@dataclass(frozen=True, slots=True)
class UnifiedOrderResult:
    """What the venue says about an order. `message` is the venue's own words on a rejection."""

    symbol: str
    client_order_id: str
    order_id: str
    state: OrderState
    filled_quantity: Decimal = Decimal(0)
    average_price: Decimal | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class UnifiedFill:
    """One execution. Fee in quote, negative for a rebate; `is_maker` false also for liquidations."""

    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    is_maker: bool
    order_id: str
    client_order_id: str
    event_time_ms: int
    is_liquidation: bool = False
    fill_id: str = ""  # the venue's number of the execution, by which it is known twice
