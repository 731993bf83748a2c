"""What is known of a market beside its candles: named series of each symbol and bar.

A value belongs to the bar at whose close it had already been published, and only for as long as
it is fresh: NaN is unknown, late or stale, and never zero. A series nobody offers is simply absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

CANDLE_INPUTS = ("open", "high", "low", "close", "volume", "taker_buy_volume")
"""Inputs of a feature that every market view has; all others are series."""

REFERENCE_SYMBOL = "BTCUSDT"
"""The symbol that others are held against."""
LEAST_UNIVERSE = 5
"""Symbols below which nothing is said about the market as a whole."""


class Gathering(Enum):
    """What a series is over several bars: the last of them (a level), or their sum (a flow)."""

    LEVEL = "level"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class SeriesSpec:
    """A series: `max_age_hours` after publication a value is no longer known (levels only).

    `per_symbol` false means that one value holds for the whole market.
    """

    name: str
    unit: str
    gathering: Gathering
    max_age_hours: float
    per_symbol: bool = True


def _level(name: str, unit: str, max_age_hours: float, *, per_symbol: bool = True) -> SeriesSpec:
    return SeriesSpec(name, unit, Gathering.LEVEL, max_age_hours, per_symbol)


def _flow(name: str, unit: str) -> SeriesSpec:
    return SeriesSpec(name, unit, Gathering.FLOW, 0.0)


_DAILY = 48.0  # twice the cadence: one missed publication is survived, two are not
_KNOWN = (
    _level("funding_rate", "fraction of notional per 8 h, last settled", 17.0),
    _level("predicted_funding", "fraction of notional per 8 h, of the next settlement", 2.0),
    _level("mark_price", "quote", 16.0),
    _level("index_price", "quote", 16.0),
    _level("open_interest", "base units", 8.0),
    _level("long_short_ratio", "accounts long per account short", 8.0),
    _level("top_trader_ratio", "top traders' positions long per position short", 8.0),
    _flow("liquidated_long", "quote, forced sales"),
    _flow("liquidated_short", "quote, forced purchases"),
    _flow("trade_count", "trades"),
    _level("trade_clustering", "branching ratio of trade arrivals, 0 to 1", 1.0),
    _flow("order_flow_imbalance", "best-quote size added for buying less for selling, of mean depth"),
    _level("book_imbalance", "-1 to 1, positive = more bids", 0.1),
    _level("microprice_gap", "half spreads the micro price lies above the mid", 0.1),
    _level("fear_greed", "index 0 to 100", _DAILY, per_symbol=False),
    _level("dollar_return_5d", "log return of the dollar index over 5 sessions", 96.0, per_symbol=False),
    _level("equity_return_1d", "log return of the equity index, last session", 24.0, per_symbol=False),
    _level("rates_change_5d", "change of the 2-year yield over 5 sessions, points", 96.0, per_symbol=False),
    _level("dominance_change_5d", "change of bitcoin's share over 5 days", _DAILY, per_symbol=False),
    _level("exchange_netflow", "quote flowing into exchanges, last day", _DAILY, per_symbol=False),
    _level("stablecoin_growth_7d", "log growth of the stablecoin supply", _DAILY, per_symbol=False),
    _level("attention", "searches or page views, last day", _DAILY, per_symbol=False),
    _level("whale_deposits", "quote in large deposits to exchanges, last day", _DAILY, per_symbol=False),
    _level("hashrate", "hashes a second, last day", _DAILY, per_symbol=False),
)
SERIES: Mapping[str, SeriesSpec] = {spec.name: spec for spec in _KNOWN}
"""The series that importers and features agree on; a plugin may name others, which are levels."""


def is_flow(name: str) -> bool:
    """Whether several bars of a series add up."""
    return name in SERIES and SERIES[name].gathering is Gathering.FLOW
