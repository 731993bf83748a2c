"""Trading rules for symbols that come without an exchange's word on them.

A candle file does not say its tick, step or margin tiers. What is assumed instead is stated in
the run's assumptions and can be set in `[venue]`.
"""

import gzip
import json
import math
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument, to_decimal
from alphastrike.numerics.grid import MOST_STEPS

# Only the first candles are looked at: later ones would be the future.
_LOOKED_AT = 64
_MOST_DECIMALS = 18
# Notional floor, maintenance rate, highest leverage: wider than what large venues ask of majors.
GENERIC_TIERS = (
    MarginTier(Decimal(0), Decimal("0.01"), 50),
    MarginTier(Decimal(50_000), Decimal("0.015"), 33),
    MarginTier(Decimal(250_000), Decimal("0.025"), 20),
    MarginTier(Decimal(1_000_000), Decimal("0.05"), 10),
    MarginTier(Decimal(5_000_000), Decimal("0.1"), 5),
    MarginTier(Decimal(20_000_000), Decimal("0.125"), 4),
)


def instruments_of(history: CandleHistory, config: SimulatedVenueConfig) -> tuple[UnifiedInstrument, ...]:
    """An instrument for every symbol of the history."""
    tiers = {} if config.margin_tiers is None else load_tiers(Path(config.margin_tiers))
    return tuple(_instrument(history, row, config, tiers) for row in range(len(history.symbols)))


def _instrument(
    history: CandleHistory,
    row: int,
    config: SimulatedVenueConfig,
    tiers: dict[str, tuple[MarginTier, ...]],
) -> UnifiedInstrument:
    symbol = history.symbols[row]
    if tiers and symbol not in tiers:
        raise ConfigError(
            f"venue.margin_tiers: {config.margin_tiers} has no tiers for {symbol}; "
            "allowed: a file that covers every traded symbol, or leave symbols out with data.symbols"
        )
    prices = _first_prices(history, row)
    tick = _tick_of(prices) if config.tick_size is None else to_decimal(config.tick_size)
    _check_tick(history, row, prices, tick)
    step = _step_of(prices[0]) if config.quantity_step is None else to_decimal(config.quantity_step)
    return UnifiedInstrument(
        symbol=symbol,
        venue="simulated",
        native_symbol=symbol,
        tick_size=tick,
        quantity_step=step,
        min_quantity=step,
        min_notional=to_decimal(config.min_notional),
        maker_fee_rate=to_decimal(config.maker_fee_rate),
        taker_fee_rate=to_decimal(config.taker_fee_rate),
        liquidation_fee_rate=to_decimal(config.liquidation_fee_rate),
        margin_tiers=tiers.get(symbol, GENERIC_TIERS),
    )


def _first_prices(history: CandleHistory, row: int) -> Floats:
    present = np.flatnonzero(np.isfinite(history.close[row]))
    if present.size == 0:
        raise DataError(f"{history.symbols[row]}: no candle in the chosen range; allowed: at least one")
    head = present[:_LOOKED_AT]
    columns = (history.open, history.high, history.low, history.close)
    return np.stack([column[row, head] for column in columns], axis=1).reshape(-1)


def _tick_of(prices: Floats) -> Decimal:
    """The coarsest decimal step that all prices sit on, at least a millionth of the price."""
    finest = min(_MOST_DECIMALS, max(0, 6 - math.ceil(math.log10(float(prices[0])))))
    for decimals in range(finest + 1):
        scaled = prices * 10.0**decimals
        whole = np.rint(scaled)
        if np.all((whole > 0.0) & (np.abs(scaled - whole) < 1e-6 * np.maximum(1.0, scaled * 1e-6))):
            return Decimal(1).scaleb(-decimals)
    return Decimal(1).scaleb(-finest)


def _check_tick(history: CandleHistory, row: int, prices: Floats, tick: Decimal) -> None:
    """Refuse a tick that the prices cannot be counted in."""
    symbol, highest = history.symbols[row], float(np.nanmax(history.high[row]))
    if float(tick) > prices.min():
        raise ConfigError(
            f"venue.tick_size: observed {tick}, allowed at most {prices.min():g}, a price of {symbol}"
        )
    if highest / float(tick) > MOST_STEPS:
        raise ConfigError(
            f"venue.tick_size: observed {tick} and a price of {highest:g} ({symbol}), "
            f"allowed at least {highest / MOST_STEPS:.1e}: a price of up to {MOST_STEPS:.0e} ticks"
        )


def _step_of(price: float) -> Decimal:
    """The decimal quantity step worth between a tenth and one unit of quote currency."""
    return Decimal(1).scaleb(math.floor(math.log10(1.0 / float(price))))


def load_tiers(path: Path) -> dict[str, tuple[MarginTier, ...]]:
    """Leverage brackets by symbol from JSON (or .json.gz), in the unified or Binance's own form."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        table = json.loads(raw)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise ConfigError(f"venue.margin_tiers: {path} cannot be read as JSON: {error}") from error
    try:
        if isinstance(table, list):
            table = {entry["symbol"]: entry["brackets"] for entry in table}
        return {_symbol(name): tuple(_tier(row) for row in rows) for name, rows in table.items()}
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ConfigError(
            f"venue.margin_tiers: {path} is not a table of leverage brackets: {error!r}"
        ) from error


def _symbol(name: str) -> str:
    return name.partition(":")[0].replace("/", "")


def _tier(row: dict[str, Any]) -> MarginTier:
    if "notionalFloor" in row:
        floor, rate, leverage = row["notionalFloor"], row["maintMarginRatio"], row["initialLeverage"]
    else:
        floor, rate, leverage = row["minNotional"], row["maintenanceMarginRate"], row["maxLeverage"]
    return MarginTier(Decimal(str(floor)), Decimal(str(rate)), int(float(leverage)))
