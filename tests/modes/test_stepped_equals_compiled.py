"""One code path: the streaming engine, stepped bar by bar, leaves the very same record."""

import pytest

from alphastrike.app.circuit_rows import intervention_rows, review_rows
from alphastrike.domain.outcomes import Code
from alphastrike.domain.risk_states import RiskState
from alphastrike.risk.books import unrestrained
from tests.markets import EAGER, configured, small_market, with_gaps
from tests.runs import KINDS, finished

MARKET = small_market(hours=1_300)
ROUGH_VENUE = {
    "half_spread_bps": 2.0,
    "slippage_bps": 3.0,
    "impact_bps": 40.0,
    "volume_share": 0.0005,
    "leverage": 25,
}


# Every exit in use, a volatility aimed at, and limits wide enough that isolated margin at 25x may trade.
BUSY_RISK = {
    "volatility_target": 0.01,
    "trailing_atr": 2.0,
    "take_profit_stops": 1.5,
    "funding_exit_bps": 1.0,
    "stressed_loss": 0.5,
    "liquidation_sigmas": 0.0,
    "liquidation_stops": 0.0,
    "liquidation_floor": 0.0,
    "breakers": {"halt_drawdown": 0.9, "halt_day_loss": 0.5, "reduce_day_loss": 0.05},
}


@pytest.mark.parametrize("margin_mode", ["cross", "isolated"])
@pytest.mark.parametrize("strategy", ["ema_cross", "ensemble"])
def test_stepping_every_bar_gives_the_identical_record(strategy, margin_mode):
    config = configured(
        strategy={"name": strategy},
        venue=ROUGH_VENUE | {"margin_mode": margin_mode},
        risk=BUSY_RISK,
        **EAGER,
    )
    history = with_gaps(MARKET.history, seed=1)

    stepped, _ = finished(config, history, MARKET.funding, stepped=True)
    compiled, _ = finished(config, history, MARKET.funding)

    assert compiled.joined("fills").size > 20
    for kind in KINDS:
        assert stepped.joined(kind).tobytes() == compiled.joined(kind).tobytes(), kind
    assert stepped.halts() == compiled.halts()
    assert stepped.first_tradable_ms == compiled.first_tradable_ms


def test_a_halt_comes_at_the_same_close_in_both_and_nothing_is_opened_after():
    tight = {"caution_drawdown": 0.01, "halt_drawdown": 0.02}
    config = configured(strategy={"name": "ema_cross"}, venue=ROUGH_VENUE, risk={"breakers": tight}, **EAGER)

    stepped, _ = finished(config, MARKET.history, MARKET.funding, stepped=True)
    compiled, _ = finished(config, MARKET.history, MARKET.funding)

    moves, decisions = compiled.joined("risk_states"), compiled.joined("decisions")
    assert moves["after"][-1] == RiskState.HALTED
    later = decisions[decisions["ts_ms"] > moves["ts_ms"][-1]]
    assert later.size > 10
    assert (later["code"] != Code.ORDERED).all()
    for kind in KINDS:
        assert stepped.joined(kind).tobytes() == compiled.joined(kind).tobytes(), kind


def test_restraints_hold_alike_in_both():
    config = configured(strategy={"name": "ema_cross"}, venue=ROUGH_VENUE, **EAGER)
    restraints = unrestrained(len(MARKET.history.symbols))
    restraints["shorts_allowed"][0] = restraints["entries_allowed"][1] = 0
    restraints["size_multiplier"] = 0.5

    stepped, _ = finished(config, MARKET.history, MARKET.funding, stepped=True, restraints=restraints)
    compiled, _ = finished(config, MARKET.history, MARKET.funding, restraints=restraints)

    for kind in KINDS:
        assert stepped.joined(kind).tobytes() == compiled.joined(kind).tobytes(), kind
    assert {"restrained_shorts", "restrained_symbol"} <= compiled.halts()["risk"].keys()
    assert set(compiled.joined("fills")["symbol"].tolist()) == {0, 2}


def test_the_engine_and_the_venue_agree_on_the_account():
    config = configured(strategy={"name": "ema_cross"}, venue=ROUGH_VENUE, **EAGER)

    _, run = finished(config, with_gaps(MARKET.history, seed=2), MARKET.funding)

    for name in ("lots", "entry_price", "trip_pnl"):
        assert run.desk.positions[name].tolist() == run.venue.positions[name].tolist()
    for name in ("wallet", "realized", "fees", "funding", "trades", "liquidations"):
        assert run.desk.account[0][name] == run.venue.account[0][name]
    assert run.desk.order_count.tolist() == run.venue.order_count.tolist()


@pytest.mark.parametrize("advisor", ["rules", "random"])
def test_a_circuit_breaker_holds_alike_in_both(advisor):
    config = configured(strategy={"name": "ema_cross"}, venue=ROUGH_VENUE, backtest={"llm": advisor}, **EAGER)
    history = with_gaps(MARKET.history, seed=1)

    stepped, slow = finished(config, history, MARKET.funding, stepped=True)
    compiled, fast = finished(config, history, MARKET.funding)

    for kind in KINDS:
        assert stepped.joined(kind).tobytes() == compiled.joined(kind).tobytes(), kind
    assert intervention_rows(slow.circuit) == intervention_rows(fast.circuit)
    # What slippage cost is not in a fill notice, so a stepped desk does not know it.
    asked = [[row | {"desk": b""} for row in review_rows(run.circuit)] for run in (slow, fast)]
    assert asked[0] == asked[1]
    assert sum(row["outcome"] == "applied" for row in intervention_rows(fast.circuit)) > 3


def test_a_breaker_that_is_off_changes_nothing():
    plain = configured(strategy={"name": "ema_cross"}, venue=ROUGH_VENUE, **EAGER)
    asleep = configured(
        strategy={"name": "ema_cross"},
        venue=ROUGH_VENUE,
        backtest={"llm": "rules"},
        llm={"triggers": {"losses": 100, "win_rate_below": 1e-9, "drawdown_above": 0.999}},
        **EAGER,
    )

    off, run = finished(plain, MARKET.history, MARKET.funding)
    on, woken = finished(asleep, MARKET.history, MARKET.funding)

    assert run.circuit is None
    assert woken.circuit.breaker.history == []
    for kind in KINDS:
        assert off.joined(kind).tobytes() == on.joined(kind).tobytes(), kind


def test_leverage_obeys_an_intervention_for_as_long_as_it_holds():
    config = configured(strategy={"name": "ema_cross"}, venue=ROUGH_VENUE, backtest={"llm": "rules"}, **EAGER)

    recording, run = finished(config, MARKET.history, MARKET.funding)

    equity = recording.joined("equity")
    capped = [row for row in intervention_rows(run.circuit) if row["tool"] == "adjust_leverage"]
    taken = [row for row in capped if row["intervention_id"]]
    assert taken
    for row in taken:
        held = (equity["ts_ms"] >= row["ts_ms"]) & (equity["ts_ms"] < row["expires_ms"])
        assert (equity["leverage"][held] <= row["value"]).all()
