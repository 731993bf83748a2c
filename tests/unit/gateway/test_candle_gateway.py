"""The gateway, rule by rule: what halts, with which numbers, and what stays usable."""

import math

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.outcomes import Code
from alphastrike.gateway.candle_gateway import CandleGateway
from alphastrike.gateway.config import GatewayConfig

COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")
LOOKBACK = 5
FIRST_BAR = 1_000


def a_market(bars=40, symbols=("BTCUSDT",), close=None):
    shape = (len(symbols), bars)
    if close is None:
        close = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(size=shape) * 0.002, axis=1))
    close = np.array(close, dtype=float).reshape(shape)
    return CandleHistory(
        symbols=symbols,
        interval_ms=HOUR_MS,
        open_time_ms=(FIRST_BAR + np.arange(bars, dtype=np.int64)) * HOUR_MS,
        open=close.copy(),
        high=close * 1.001,
        low=close * 0.999,
        close=close,
        volume=np.full(shape, 10.0),
        taker_buy_volume=np.full(shape, 4.0),
    )


def without(history, bars, symbol=0):
    for name in COLUMNS:
        getattr(history, name)[symbol, bars] = np.nan
    return history


def a_gateway(symbols=("BTCUSDT",), **limits):
    return CandleGateway(symbols, HOUR_MS, LOOKBACK, GatewayConfig(**limits))


def checked(history, **limits):
    return a_gateway(history.symbols, **limits).advance(history.block(0, history.open_time_ms.size))


def halts(block, symbol=0):
    """(bar, code, observed, limit) of every halted bar."""
    grid = block.halts
    bars = np.flatnonzero(grid.code[symbol])
    return [
        (int(bar), Code(int(grid.code[symbol, bar])), grid.observed[symbol, bar], grid.limit[symbol, bar])
        for bar in bars
    ]


def is_blank(block, bar, symbol=0):
    return all(math.isnan(getattr(block, name)[symbol, bar]) for name in COLUMNS)


def test_good_candles_pass_unchanged():
    history = a_market()

    block = checked(history)

    assert halts(block) == []
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(block, name), getattr(history, name))


def test_the_result_is_a_copy_so_the_history_keeps_its_insane_rows():
    history = a_market()
    history.high[0, 3] = 1.0

    block = checked(history)

    assert is_blank(block, 3)
    assert history.high[0, 3] == 1.0


def test_a_missing_candle_halts_and_so_do_those_after_it_until_the_lookback_is_full():
    block = checked(without(a_market(), 10))

    assert halts(block) == [(10, Code.GAP, 0, 5)] + [(10 + n, Code.GAP, n, 5) for n in (1, 2, 3, 4)]
    assert is_blank(block, 10)
    assert not is_blank(block, 11)


def test_bars_before_the_first_candle_are_no_candle_and_what_follows_is_no_gap():
    block = checked(without(a_market(), slice(0, 7)))

    assert [halt[:2] for halt in halts(block)] == [(bar, Code.NO_CANDLE) for bar in range(7)]


def test_a_symbol_that_falls_silent_stops_being_a_gap():
    block = checked(without(a_market(bars=60), slice(20, 60)), absent_after_hours=24)

    codes = [halt[1] for halt in halts(block)]
    assert codes == [Code.GAP] * 24 + [Code.NO_CANDLE] * 16


def test_symbols_are_judged_alone():
    block = checked(without(a_market(symbols=("BTCUSDT", "ETHUSDT")), 10, symbol=1))

    assert halts(block, 0) == []
    assert len(halts(block, 1)) == 5


@pytest.mark.parametrize(
    ("column", "value", "observed", "limit"),
    [
        ("high", 99.0, 99.0, 100.0),
        ("low", 100.5, 100.5, 100.0),
        ("open", 102.0, 101.0, 102.0),
        ("close", 90.0, 99.0, 90.0),
        ("low", -1.0, -1.0, 0.0),
        ("low", 0.0, 0.0, 0.0),
        ("volume", -2.0, -2.0, 0.0),
        ("taker_buy_volume", -1.0, -1.0, 0.0),
        ("taker_buy_volume", 10.1, 10.1, 10.0),
        ("close", math.nan, 1.0, 0.0),
        ("volume", math.nan, 1.0, 0.0),
        ("high", math.inf, 1.0, 0.0),
    ],
)
def test_a_candle_that_contradicts_itself_is_insane(column, value, observed, limit):
    history = a_market(close=np.full(40, 100.0))
    history.high[:], history.low[:] = 101.0, 99.0
    getattr(history, column)[0, 10] = value

    block = checked(history)

    assert halts(block)[0] == (10, Code.INSANE_CANDLE, observed, limit)
    assert is_blank(block, 10)


def test_an_insane_candle_is_a_gap_to_those_after_it():
    history = a_market()
    history.volume[0, 10] = -1.0

    assert halts(checked(history))[1:] == [(10 + n, Code.GAP, n, 5) for n in (1, 2, 3, 4)]


def test_taker_volume_may_be_unknown_or_exceed_volume_by_rounding():
    history = a_market()
    history.taker_buy_volume[0, 5] = np.nan
    history.taker_buy_volume[0, 6] = 10.0 * (1 + 1e-12)

    assert halts(checked(history)) == []


def test_a_jump_halts_its_own_bar_only_and_stays_usable():
    close = np.r_[np.full(20, 100.0), np.full(20, 130.0)]

    block = checked(a_market(close=close))

    ((bar, code, observed, limit),) = halts(block)
    assert (bar, code, limit) == (20, Code.PRICE_JUMP, 0.25)
    assert observed == pytest.approx(math.log(1.3))
    assert not is_blank(block, 20)


def test_a_jump_back_is_a_jump_again():
    close = np.full(40, 100.0)
    close[20] = 60.0

    assert [halt[:2] for halt in halts(checked(a_market(close=close)))] == [
        (20, Code.PRICE_JUMP),
        (21, Code.PRICE_JUMP),
    ]


def test_a_wild_market_may_move_twelve_times_its_deviation():
    steps = np.tile([0.1, -0.1], 50)
    steps[90] = 1.1
    close = 100.0 * np.exp(np.cumsum(steps))

    assert halts(checked(a_market(bars=100, close=close))) == []
    ((bar, code, observed, limit),) = halts(checked(a_market(bars=100, close=close), jump_sigmas=10))
    assert (bar, code) == (90, Code.PRICE_JUMP)
    assert observed == pytest.approx(1.1)
    assert limit == pytest.approx(1.0)


def test_the_first_return_of_a_symbol_may_not_jump_either():
    assert halts(checked(a_market(close=np.r_[100.0, np.full(39, 200.0)])))[0][:2] == (1, Code.PRICE_JUMP)


def test_a_return_over_a_gap_is_not_a_jump():
    close = np.r_[np.full(10, 100.0), np.full(30, 200.0)]

    assert {halt[1] for halt in halts(checked(without(a_market(close=close), 10)))} == {Code.GAP}


def test_six_candles_at_one_price_are_frozen():
    history = a_market()
    for name in ("open", "high", "low", "close"):
        getattr(history, name)[0, 10:20] = 100.0

    block = checked(history)

    assert halts(block) == [(bar, Code.FROZEN, bar - 9, 6) for bar in range(15, 20)]
    assert not is_blank(block, 15)


def test_flat_candles_at_changing_prices_are_not_frozen():
    history = a_market()
    history.high[:] = history.low[:] = history.open[:] = history.close

    assert halts(checked(history)) == []


def test_three_candles_without_range_or_volume_are_frozen():
    history = a_market()
    history.high[:] = history.low[:] = history.open[:] = history.close
    history.volume[0, 10:14] = history.taker_buy_volume[0, 10:14] = 0.0

    assert halts(checked(history)) == [(12, Code.FROZEN, 3, 3), (13, Code.FROZEN, 4, 3)]


def test_an_earlier_halt_stands():
    block = without(a_market(), 10).block(0, 40)
    block.halts.halt(np.ones((1, 40), dtype=bool), Code.NO_CANDLE, 1.0, 2.0)

    result = a_gateway().advance(block)

    assert (result.halts.code == Code.NO_CANDLE).all()


def test_a_candle_seen_before_is_a_duplicate_and_changes_no_state():
    history = a_market()
    gateway, undisturbed = a_gateway(), a_gateway()
    gateway.advance(history.block(0, 10))
    undisturbed.advance(history.block(0, 10))

    block = gateway.advance(history.block(9, 10))

    opened = float(history.open_time_ms[9])
    assert halts(block) == [(0, Code.DUPLICATE, opened, opened + HOUR_MS)]
    assert is_blank(block, 0)
    assert gateway.snapshot() == undisturbed.snapshot()


def test_a_candle_older_than_the_last_is_out_of_order():
    history = a_market()
    gateway = a_gateway()
    gateway.advance(history.block(0, 10))

    block = gateway.advance(history.block(7, 13))

    assert [halt[1] for halt in halts(block)] == [Code.OUT_OF_ORDER] * 2 + [Code.DUPLICATE]
    assert not is_blank(block, 3)


def test_a_time_off_the_grid_is_out_of_order():
    history = a_market()
    gateway = a_gateway()
    gateway.advance(history.block(0, 10))
    block = history.block(10, 11)
    block.open_time_ms[:] += 1

    assert halts(gateway.advance(block))[0][1] == Code.OUT_OF_ORDER


def test_bars_that_were_skipped_are_a_gap_like_missing_rows():
    history = a_market()
    skipping, holed = a_gateway(), a_gateway()
    skipping.advance(history.block(0, 10))

    block = skipping.advance(history.block(12, 40))

    whole = holed.advance(without(a_market(), slice(10, 12)).block(0, 40))
    np.testing.assert_array_equal(block.halts.code, whole.halts.code[:, 12:])
    assert skipping.snapshot() == holed.snapshot()


def test_a_candle_delivered_late_is_stale_but_usable():
    history = a_market()
    close_ms = int(history.open_time_ms[0]) + HOUR_MS - 1
    on_time, late = close_ms + 2 * HOUR_MS, close_ms + 2 * HOUR_MS + 1

    assert halts(a_gateway().advance(history.block(0, 1), event_time_ms=on_time)) == []
    block = a_gateway().advance(history.block(0, 1), event_time_ms=late)
    assert halts(block) == [(0, Code.STALE, 2.0 * HOUR_MS + 1, 2.0 * HOUR_MS)]
    assert not is_blank(block, 0)


def test_a_candle_delivered_before_its_end_tells_of_a_wrong_clock():
    history = a_market()
    close_ms = int(history.open_time_ms[0]) + HOUR_MS - 1

    assert halts(a_gateway().advance(history.block(0, 1), event_time_ms=close_ms - 30_000)) == []
    block = a_gateway().advance(history.block(0, 1), event_time_ms=close_ms - 30_001)
    assert halts(block) == [(0, Code.EARLY, -30_001.0, -30_000.0)]
    assert not is_blank(block, 0)


def test_defaults_hold_without_a_configuration():
    history = a_market(close=np.r_[np.full(20, 100.0), np.full(20, 124.0)])

    assert halts(CandleGateway(("BTCUSDT",), HOUR_MS, LOOKBACK).advance(history.block(0, 40))) == []
