"""How symbols of the synthetic market differ: price, volatility, market share of risk, turnover."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SymbolProfile:
    """First price and usual size of a symbol, `price` and `hourly_turnover` in quote.

    `annual_volatility` is of the log price without jumps; `market_loading` is the correlation of
    the symbol's shocks with the market's.
    """

    price: float
    annual_volatility: float
    market_loading: float
    hourly_turnover: float


# Orders of magnitude of 2024; the market's own annual volatility is BTC's.
MARKET_VOLATILITY = 0.55
_UNNAMED = SymbolProfile(50.0, 0.85, 0.74, 1.5e7)
_PROFILES = {
    "BNBUSDT": SymbolProfile(310.0, 0.62, 0.76, 2.0e7),
    "BTCUSDT": SymbolProfile(42_000.0, MARKET_VOLATILITY, 0.90, 6.0e8),
    "DOGEUSDT": SymbolProfile(0.09, 0.98, 0.74, 3.0e7),
    "ETHUSDT": SymbolProfile(2_300.0, 0.68, 0.86, 3.5e8),
    "SOLUSDT": SymbolProfile(100.0, 0.95, 0.76, 9.0e7),
    "XRPUSDT": SymbolProfile(0.62, 0.85, 0.72, 4.0e7),
}


def profile_of(symbol: str) -> SymbolProfile:
    """The symbol's profile; an average small coin for names not in the table."""
    return _PROFILES.get(symbol, _UNNAMED)
