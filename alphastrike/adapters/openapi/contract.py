"""The closed set of methods a description may bind: the variables each offers and the fields each needs."""

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from alphastrike.domain.account import MarginMode
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce


class Kind(Enum):
    """What a field of ours holds."""

    DECIMAL = "a number"
    WHOLE = "a whole number"
    TEXT = "text"
    TRUTH = "true or false"
    LEVELS = "a list of [price, quantity]"
    SIDE = "a side"
    STATE = "an order state"
    MARGIN = "a margin mode"


@dataclass(frozen=True, slots=True)
class Slot:
    """One method: variables a call may send (some may be absent), and fields to be read."""

    variables: frozenset[str]
    needs: dict[str, Kind] = field(default_factory=dict)
    takes: dict[str, Kind] = field(default_factory=dict)
    is_write: bool = False


WORDS: Final = MappingProxyType(
    {
        "side": tuple(side.name for side in Side),
        "order_type": tuple(kind.name for kind in OrderType),
        "time_in_force": tuple(rule.name for rule in TimeInForce),
        "reduce_only": ("true", "false"),
        "side_intent": ("BUY_OPEN", "SELL_OPEN", "BUY_CLOSE", "SELL_CLOSE"),
        "margin_mode": tuple(mode.name for mode in MarginMode),
    }
)
_NUMERIC: Final = ("string", "number", "integer")
JSON_TYPES: Final = MappingProxyType(
    {
        Kind.DECIMAL: _NUMERIC,
        Kind.WHOLE: _NUMERIC,
        Kind.TEXT: _NUMERIC,
        Kind.TRUTH: ("boolean",),
        Kind.LEVELS: ("array",),
        Kind.SIDE: (*_NUMERIC, "boolean"),
        Kind.STATE: _NUMERIC,
        Kind.MARGIN: (*_NUMERIC, "boolean"),
    }
)
KIND_WORDS: Final = MappingProxyType(
    {
        Kind.SIDE: tuple(side.name for side in Side),
        Kind.STATE: tuple(state.name for state in OrderState),
        Kind.MARGIN: tuple(mode.name for mode in MarginMode),
    }
)
_RANGE: Final = frozenset({"native", "start_ms", "end_ms", "last_ms", "limit"})
_ORDER: Final = frozenset(
    {"native", "side", "order_type", "quantity", "price", "trigger_price", "time_in_force"}
    | {"reduce_only", "side_intent", "client_order_id"}
)
_NAMED: Final = frozenset({"native", "client_order_id", "order_id"})
_RESULT: Final = {"client_order_id": Kind.TEXT, "order_id": Kind.TEXT, "state": Kind.STATE}
_RESULT_MORE: Final = {"native": Kind.TEXT, "filled_quantity": Kind.DECIMAL, "average_price": Kind.DECIMAL}
_D: Final = Kind.DECIMAL

METHODS: Final = MappingProxyType(
    {
        "get_server_time_ms": Slot(frozenset(), {"time_ms": Kind.WHOLE}),
        "get_instruments": Slot(
            frozenset(),
            {"native": Kind.TEXT, "tick_size": _D, "quantity_step": _D, "min_quantity": _D},
            {"min_notional": _D, "maker_fee_rate": _D, "taker_fee_rate": _D, "liquidation_fee_rate": _D}
            | {"maintenance_margin_rate": _D, "max_leverage": Kind.WHOLE, "is_tradable": Kind.TRUTH}
            | {"quote_asset": Kind.TEXT},
        ),
        "get_ticker": Slot(
            frozenset({"native"}),
            {"best_bid": _D, "best_ask": _D, "event_time_ms": Kind.WHOLE},
            {"last_price": _D, "mark_price": _D, "index_price": _D},
        ),
        "get_order_book": Slot(
            frozenset({"native", "depth"}),
            {"bids": Kind.LEVELS, "asks": Kind.LEVELS},
            {"sequence": Kind.WHOLE, "event_time_ms": Kind.WHOLE},
        ),
        "get_candles": Slot(
            _RANGE | {"interval"},
            {"open_time_ms": Kind.WHOLE, "open": _D, "high": _D, "low": _D, "close": _D, "volume": _D},
            {"taker_buy_volume": _D},
        ),
        "get_funding_rates": Slot(
            _RANGE,
            {"rate": _D, "funding_time_ms": Kind.WHOLE},
            {"mark_price": _D, "interval_ms": Kind.WHOLE},
        ),
        "get_margin_tiers": Slot(
            frozenset({"native"}),
            {"floor_notional": _D, "maintenance_margin_rate": _D, "max_leverage": Kind.WHOLE},
        ),
        "get_balances": Slot(
            frozenset(), {"asset": Kind.TEXT, "wallet": _D, "available": _D}, {"unrealized_pnl": _D}
        ),
        "get_positions": Slot(
            frozenset({"native"}),
            {"native": Kind.TEXT, "quantity": _D, "entry_price": _D},
            {"mark_price": _D, "unrealized_pnl": _D, "leverage": Kind.WHOLE, "margin_mode": Kind.MARGIN}
            | {"isolated_margin": _D, "liquidation_price": _D},
        ),
        "get_open_orders": Slot(frozenset({"native"}), _RESULT, _RESULT_MORE),
        "get_order": Slot(_NAMED, _RESULT, _RESULT_MORE),
        "get_fills": Slot(
            _RANGE,
            {"side": Kind.SIDE, "quantity": _D, "price": _D, "fee": _D, "order_id": Kind.TEXT}
            | {"event_time_ms": Kind.WHOLE, "fill_id": Kind.TEXT},
            {"is_maker": Kind.TRUTH, "client_order_id": Kind.TEXT},
        ),
        "place_order": Slot(_ORDER, {"order_id": Kind.TEXT}, _RESULT | _RESULT_MORE, is_write=True),
        "place_conditional": Slot(_ORDER, {"order_id": Kind.TEXT}, _RESULT | _RESULT_MORE, is_write=True),
        "cancel_order": Slot(_NAMED, {}, _RESULT | _RESULT_MORE, is_write=True),
        "cancel_conditional": Slot(_NAMED, {}, _RESULT | _RESULT_MORE, is_write=True),
        "cancel_all": Slot(frozenset({"native"}), {}, {}, is_write=True),
        "set_leverage": Slot(frozenset({"native", "leverage"}), {}, {}, is_write=True),
        "set_margin_mode": Slot(frozenset({"native", "margin_mode"}), {}, {}, is_write=True),
    }
)
STREAMS: Final = MappingProxyType(
    {
        "candles": Slot(
            frozenset({"native", "interval"}),
            METHODS["get_candles"].needs | {"native": Kind.TEXT},
            METHODS["get_candles"].takes | {"is_closed": Kind.TRUTH},
        ),
        "trades": Slot(
            frozenset({"native"}),
            {"native": Kind.TEXT, "price": _D, "quantity": _D, "is_buyer_maker": Kind.TRUTH}
            | {"event_time_ms": Kind.WHOLE, "trade_id": Kind.TEXT},
        ),
        "tickers": Slot(
            frozenset({"native"}),
            {"native": Kind.TEXT, "best_bid": _D, "best_ask": _D, "event_time_ms": Kind.WHOLE},
        ),
    }
)
