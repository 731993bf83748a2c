"""What holds for every synthetic market, whatever its settings."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.marketdata.synthetic.config import AlphaSettings, Channel, SyntheticConfig
from alphastrike.marketdata.synthetic.market import SyntheticMarket, generate

ALPHAS = (
    AlphaSettings(channel=Channel.TAKER_FLOW, accuracy=0.58, horizon_hours=4, half_life_hours=6),
    AlphaSettings(channel=Channel.REVERSAL, accuracy=0.54, decay_at_hours=60, accuracy_after=0.5),
    AlphaSettings(channel=Channel.BOOK, accuracy=0.53),
)

configs = st.builds(
    SyntheticConfig,
    symbols=st.sampled_from([("BTCUSDT",), ("ETHUSDT", "BTCUSDT"), ("NEWUSDT", "XRPUSDT", "DOGEUSDT")]),
    interval=st.sampled_from(["15m", "1h", "4h", "1d"]),
    length_hours=st.integers(24, 400),
    seed=st.integers(0, 2**32),
    alphas=st.sampled_from([(), ALPHAS]),
    drift=st.sampled_from(["regime", "none"]),
    volatility=st.sampled_from(["stochastic", "constant"]),
    jumps_per_day=st.sampled_from([0.0, 0.12, 3.0]),
)


def columns(market: SyntheticMarket) -> dict[str, np.ndarray]:
    h = market.history
    named = {
        "open": h.open,
        "high": h.high,
        "low": h.low,
        "close": h.close,
        "volume": h.volume,
        "taker_buy_volume": h.taker_buy_volume,
        "premium": market.premium,
    }
    named.update({f"signal {k}": planted.signal for k, planted in enumerate(market.planted)})
    named.update({f"observed {k}": planted.observed for k, planted in enumerate(market.planted)})
    return named


@given(configs)
@settings(max_examples=25)
def test_candles_are_sane_and_contiguous(config: SyntheticConfig) -> None:
    history = generate(config).history

    assert (np.diff(history.open_time_ms) == history.interval_ms).all()
    assert (history.low > 0).all()
    assert (history.low <= np.minimum(history.open, history.close)).all()
    assert (history.high >= np.maximum(history.open, history.close)).all()
    assert (history.open[:, 1:] == history.close[:, :-1]).all()
    assert (history.volume > 0).all()
    assert ((history.taker_buy_volume >= 0) & (history.taker_buy_volume <= history.volume)).all()
    assert history.symbols == tuple(sorted(config.symbols))


@given(configs)
@settings(max_examples=10)
def test_the_same_settings_give_the_same_bytes(config: SyntheticConfig) -> None:
    first, second = generate(config), generate(config)

    for name, column in columns(first).items():
        assert column.tobytes() == columns(second)[name].tobytes(), name
    assert first.funding.rate.tobytes() == second.funding.rate.tobytes()
    assert first.funding.ts_ms.tobytes() == second.funding.ts_ms.tobytes()


@given(configs, st.integers(1, 300))
@settings(max_examples=15)
def test_a_longer_market_begins_with_the_shorter_one(config: SyntheticConfig, more_hours: int) -> None:
    longer = config.model_copy(update={"length_hours": config.length_hours + more_hours})

    short, long = generate(config), generate(longer)

    bars = short.history.open_time_ms.size
    for name, column in columns(short).items():
        assert np.array_equal(column, columns(long)[name][:, :bars], equal_nan=True), name
    assert (short.regime == long.regime[:bars]).all()


@given(configs)
@settings(max_examples=10)
def test_another_symbol_changes_none_of_the_others(config: SyntheticConfig) -> None:
    wider = config.model_copy(update={"symbols": (*config.symbols, "AAAUSDT")})

    narrow, wide = columns(generate(config)), columns(generate(wider))

    for name, column in narrow.items():
        assert column.tobytes() == wide[name][1:].tobytes(), name


@given(configs)
@settings(max_examples=10)
def test_another_seed_gives_another_market(config: SyntheticConfig) -> None:
    other = config.model_copy(update={"seed": config.seed + 1})

    assert generate(config).history.close.tobytes() != generate(other).history.close.tobytes()


@given(configs)
@settings(max_examples=10)
def test_funding_rows_of_each_symbol_rise_and_are_capped(config: SyntheticConfig) -> None:
    funding = generate(config).funding

    assert funding.offsets[-1] == funding.ts_ms.size == funding.rate.size
    for start, stop in zip(funding.offsets, funding.offsets[1:], strict=False):
        assert (np.diff(funding.ts_ms[start:stop]) == 8 * 3_600_000).all()
    assert (np.abs(funding.rate) <= 0.003).all()
