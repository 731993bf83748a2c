"""Stage 2 of 8: gateway.

In: MarketBlock of raw candles. Out: MarketBlock whose unusable rows are NaN. Halts when: a candle is
missing, insane, out of order, twice there, stale or frozen, jumps, or follows a gap too closely.
State: per symbol the last close, its volatility, runs of missing and frozen candles.
"""
