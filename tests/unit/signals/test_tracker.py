"""The decay tracker: what is scored, when, and what follows from it."""

import math

import numpy as np
import pytest

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.signals.config import DecayConfig
from alphastrike.signals.decay import STATES, effective_outcomes
from alphastrike.signals.tracker import DecayTracker
from tests.unit.signals.scoring import coin_market, hits, score

SHADOW, ACTIVE, RETIRED, DEAD = range(4)
NAN = math.nan


def test_states_are_named_in_the_order_of_their_numbers():
    assert STATES == ("shadow", "active", "retired", "dead")


def test_entry_is_the_open_after_the_vote_not_the_close_of_it(a_market):
    market = a_market([[100.0, 95.0, 97.0]], opens=[[100.0, 90.0, 95.0]])

    standing = score(market, [[1.0, NAN, NAN]], horizon=2)

    assert hits(standing) == 1.0  # 97 is above the entry at 90, though below the close at 100


def test_nothing_is_known_before_the_horizon_is_over(a_market):
    market = a_market([[100.0, 101.0, 102.0, 103.0, 104.0]])

    standing = score(market, [[1.0, NAN, NAN, NAN, NAN]], horizon=3)

    assert standing.samples[0].tolist() == [0.0, 0.0, 0.0, pytest.approx(1 / 3), pytest.approx(1 / 3)]
    assert np.isnan(standing.accuracy[0, :3]).all()


@pytest.mark.parametrize(
    "closes",
    [[100.0, NAN, 102.0, 103.0], [100.0, 101.0, NAN, 103.0], [100.0, 101.0, 102.0, NAN]],
    ids=["at entry", "on the way", "at the end"],
)
def test_a_gap_inside_voids_the_prediction(a_market, closes):
    standing = score(a_market([closes]), [[1.0, NAN, NAN, NAN]], horizon=3)

    assert standing.samples[0, -1] == 0.0


def test_a_gap_before_the_vote_does_not(a_market):
    market = a_market([[NAN, 100.0, 101.0, 102.0]], opens=[[NAN, 100.0, 100.0, 101.0]])

    standing = score(market, [[NAN, 1.0, NAN, NAN]], horizon=2)

    assert hits(standing) == 1.0


def test_missing_bars_between_blocks_void_what_is_pending(a_market):
    tracker = DecayTracker((2,), 1, DecayConfig())
    tracker.advance(a_market([[100.0]]), np.array([[[1.0]]]))

    standing = tracker.advance(a_market([[101.0, 102.0]], first_bar=3), np.full((1, 1, 2), NAN))

    assert standing.samples[0, -1] == 0.0


def test_a_bar_seen_before_is_not_scored_again(a_market):
    tracker = DecayTracker((1,), 1, DecayConfig())
    tracker.advance(a_market([[100.0, 101.0]], opens=[[100.0, 100.0]]), np.array([[[1.0, 1.0]]]))

    repeated = tracker.advance(a_market([[50.0]], first_bar=1), np.array([[[1.0]]]))
    standing = tracker.advance(a_market([[102.0]], opens=[[101.0]], first_bar=2), np.array([[[1.0]]]))

    assert repeated.weight.tolist() == [[0.0]]
    assert standing.samples[0, -1] == pytest.approx(2.0, rel=1e-3)
    assert hits(standing) == 1.0


def test_no_move_is_neither_hit_nor_miss(a_market):
    standing = score(a_market([[100.0, 100.0]], opens=[[100.0, 100.0]]), [[1.0, NAN]], horizon=1)

    assert standing.samples[0, -1] == 0.0


@pytest.mark.parametrize("vote", [0.0, 0.049, -0.049, NAN, 1.01, -math.inf])
def test_a_faint_missing_or_impossible_vote_is_not_scored(a_market, vote):
    standing = score(coin_market(a_market, [True, True]), [[vote, NAN]], horizon=1)

    assert standing.samples[0, -1] == 0.0


@pytest.mark.parametrize(("vote", "share"), [(0.05, 1.0), (1.0, 1.0), (-0.05, 0.0), (-1.0, 0.0)])
def test_the_sign_of_a_vote_is_what_is_scored(a_market, vote, share):
    standing = score(coin_market(a_market, [True, True]), [[vote, NAN]], horizon=1)

    assert hits(standing) == share


def test_symbols_are_pooled_by_their_mean_and_their_correlation(a_market):
    closes = np.full((10, 2), 101.0)
    closes[:4] = 99.0
    market = a_market(closes, opens=np.full((10, 2), 100.0))

    standing = score(market, np.tile([1.0, NAN], (10, 1)), horizon=1)

    assert hits(standing) == pytest.approx(0.6, rel=1e-12)
    assert standing.samples[0, -1] == pytest.approx(10 / 3.7, rel=1e-12)


def test_an_old_outcome_counts_half_after_a_half_life(a_market):
    rises = [True] + [True] * 100
    votes = [[1.0, *[NAN] * 99, 1.0]]

    standing = score(coin_market(a_market, rises), votes, 1, DecayConfig(half_life=50.0))

    assert standing.samples[0, 1] == 1.0
    market = coin_market(a_market, [True] * 51)
    steady = score(market, [[1.0] * 51], 1, DecayConfig(half_life=50.0))
    assert steady.samples[0, -1] == pytest.approx((1 - 0.5) / (1 - 0.5 ** (1 / 50)), rel=1e-12)


def test_promotion_waits_for_both_the_count_and_the_evidence(a_market):
    config = DecayConfig(half_life=1e6, min_effective=30)
    bars = 120
    evidence = [sum((1 + bet) ** n for bet in (0.02, 0.04, 0.08, 0.16)) / 4 for n in range(bars)]
    expected = next(n for n in range(bars) if n >= 30 and evidence[n] >= 50 / 0.1)

    standing = score(coin_market(a_market, [True] * bars), [[1.0] * bars], 1, config)

    assert np.flatnonzero(standing.state[0] == ACTIVE)[0] == expected
    assert (standing.weight[0] > 0).tolist() == [bar >= expected for bar in range(bars)]


def test_pooled_outcomes_stake_more(a_market):
    config = DecayConfig(half_life=1e6, min_effective=1)
    bars, symbols = 120, 4
    outcomes = effective_outcomes(4.0, 0.3)
    evidence = [sum((1 + bet * outcomes) ** n for bet in (0.02, 0.04, 0.08, 0.16)) / 4 for n in range(bars)]
    market = a_market(np.full((symbols, bars), 101.0), opens=np.full((symbols, bars), 100.0))

    standing = score(market, np.ones((symbols, bars)), 1, config)

    assert np.flatnonzero(standing.state[0] == ACTIVE)[0] == next(
        n for n in range(bars) if evidence[n] >= 500
    )


def test_a_coin_is_never_promoted_for_luck_alone(a_market):
    rises = np.random.default_rng(5).random(5000) < 0.5

    standing = score(coin_market(a_market, rises), [[1.0] * 5000], 1)

    assert (standing.weight == 0.0).all()


def test_outcomes_that_overlap_are_judged_once_a_horizon(a_market):
    horizon, bars = 10, 600
    closes = 100.0 * 1.001 ** np.arange(bars)
    config = DecayConfig(half_life=1e6, min_effective=1)

    standing = score(a_market([closes]), [[1.0] * bars], horizon, config)

    evidence = [sum((1 + bet) ** n for bet in (0.02, 0.04, 0.08, 0.16)) / 4 for n in range(bars)]
    wins = next(n for n in range(bars) if evidence[n] >= 500)
    assert np.flatnonzero(standing.state[0] == ACTIVE)[0] == wins * horizon
    assert standing.samples[0, horizon] == pytest.approx(1 / horizon)


def one_that_fails(a_market, misses, **settings):
    """300 hits, enough to be promoted, then misses."""
    rises = [True] * 301 + [False] * misses
    market = coin_market(a_market, rises)
    return score(market, [[1.0] * len(rises)], 1, DecayConfig(half_life=1e6, **settings))


def test_the_change_detector_retires_after_57_misses(a_market):
    # 57 steps of ln(.52 / .48) = 0.0800427 are the first above 4.5.
    standing = one_that_fails(a_market, misses=60)

    assert np.flatnonzero(standing.state[0] == RETIRED)[0] == 300 + 57


def test_retirement_wipes_the_record_and_the_weight(a_market):
    standing = one_that_fails(a_market, misses=57)

    assert standing.weight[0, -2] > 0.0
    assert standing.weight[0, -1] == 0.0
    assert standing.samples[0, -1] == 0.0
    assert np.isnan(standing.accuracy[0, -1])


def test_the_rolling_accuracy_retires_only_when_it_persists(a_market):
    # Of the last 500, 241 hits are the first below 48 %: 300 hits out, 259 misses in; 20 looks in a row.
    patient = one_that_fails(a_market, misses=400, cusum_limit=100.0, window=500, patience=20)
    hasty = one_that_fails(a_market, misses=400, cusum_limit=100.0, window=500, patience=1)

    first_below = np.flatnonzero(hasty.state[0] == RETIRED)[0]
    assert np.flatnonzero(patient.state[0] == RETIRED)[0] == first_below + 19
    hits_then = 500 - (first_below - 300)
    share = hits_then / 500 if first_below >= 500 else 300 / first_below
    assert share < 0.48
    assert share + 1.2816 * math.sqrt(0.25 / min(500, first_below)) < 0.5


def test_a_retired_signal_earns_its_way_back_with_fresh_outcomes(a_market):
    rises = [True] * 301 + [False] * 57 + [True] * 260
    market = coin_market(a_market, rises)

    standing = score(market, [[1.0] * len(rises)], 1, DecayConfig(half_life=1e6))

    again = np.flatnonzero(standing.state[0] == ACTIVE)
    again = again[again > 357]
    assert again[0] == 357 + 251  # the 250th counts a hair less than one: older outcomes fade


def test_three_retirements_are_final(a_market):
    cycle = [True] * 300 + [False] * 57
    rises = [True, *(cycle * 3), *([True] * 400)]

    standing = score(coin_market(a_market, rises), [[1.0] * len(rises)], 1, DecayConfig(half_life=1e6))

    assert standing.state[0, -1] == DEAD
    assert standing.weight[0, -1] == 0.0


def test_a_retirement_makes_the_next_promotion_dearer(a_market):
    tracker = DecayTracker((1,), 1, DecayConfig(half_life=1e6))
    market = coin_market(a_market, [True] * 301 + [False] * 57)
    tracker.advance(market, np.ones((1, 1, 358)))

    rules = tracker.state()[-1]

    assert rules["candidates"][0] == 51


def test_an_anti_predictor_is_never_inverted_but_reported(a_market):
    standing = score(coin_market(a_market, [False] * 2000), [[1.0] * 2000], 1)

    # The bets on "worse than a coin" reach 50 / 0.1 as those on a sure thing do: at the 52nd outcome.
    assert hits(standing) == 0.0
    assert (standing.weight == 0.0).all()
    assert np.flatnonzero(standing.alert[0])[0] == 52
    assert standing.alert[0, 52:].all()


def test_a_coin_raises_no_alert(a_market):
    rises = np.random.default_rng(6).random(20_000) < 0.5

    standing = score(coin_market(a_market, rises), [[1.0] * 20_000], 1)

    assert not standing.alert.any()


def test_an_alert_ends_when_the_signal_proves_itself(a_market):
    rises = [False] * 100 + [True] * 600

    standing = score(coin_market(a_market, rises), [[1.0] * 700], 1, DecayConfig(half_life=1e6))

    active = np.flatnonzero(standing.state[0] == ACTIVE)[0]
    assert standing.alert[0, active - 1] == 1
    assert standing.alert[0, active] == 0


def split_regimes(a_market, right_in_trend):
    """A signal right in 3 of 5 range bars and as told in trends; regimes 1 and 2 alternate in stretches."""
    random = np.random.default_rng(3)
    bars = 8_000
    regimes = np.where(np.arange(bars) // 200 % 2 == 0, 1, 2).astype(np.int8)
    chance = np.where(regimes == 1, 0.6, right_in_trend)
    rises = random.random(bars) < np.append(0.5, chance[:-1])  # an outcome belongs to the bar of its vote
    tracker = DecayTracker((1,), 1, DecayConfig())
    standing = tracker.advance(coin_market(a_market, rises), np.ones((1, 1, bars)), regimes[None])
    return tracker, standing


def test_weight_follows_the_regime_and_is_shrunk_to_the_whole_record(a_market):
    tracker, standing = split_regimes(a_market, right_in_trend=0.52)

    records, regional = tracker.state()[6], tracker.state()[7]
    overall = (records["hits"][0] + 300.0) / (records["samples"][0] + 600.0)
    here = (regional[0, 1, 0] + 300.0 * overall) / (regional[0, 1, 1] + 300.0)
    assert standing.weight[0, -1] == pytest.approx((2 * overall - 1) ** 2, rel=1e-12)
    assert standing.regime_weight[0, -1, 0] == standing.weight[0, -1]
    assert standing.regime_weight[0, -1, 1] == pytest.approx((2 * here - 1) ** 2, rel=1e-12)
    assert standing.regime_weight[0, -1, 2] < standing.weight[0, -1] < standing.regime_weight[0, -1, 1]
    assert standing.regime_weight[0, -1, 3] == standing.weight[0, -1]  # never met: the whole record speaks


def test_a_regime_in_which_the_signal_fails_takes_its_vote(a_market):
    _, standing = split_regimes(a_market, right_in_trend=0.44)

    active = standing.weight[0] > 0.0
    assert active[-1]
    assert standing.regime_weight[0, -1, 2] == 0.0


def test_hits_that_hang_together_count_for_less_than_assumed(a_market):
    bars, symbols = 3_000, 4
    rises = np.random.default_rng(4).random(bars) < 0.5
    one_market = np.tile(np.where(rises, 101.0, 99.0), (symbols, 1))
    market = a_market(one_market, opens=np.full((symbols, bars), 100.0))

    standing = score(market, np.ones((symbols, bars)), 1, DecayConfig(half_life=1e6))

    gained = np.diff(standing.samples[0])
    assert gained[0] == pytest.approx(4 / (1 + 3 * 0.3))
    assert gained[-1] < 4 / (1 + 3 * 0.7)


def test_hits_that_do_not_hang_together_count_as_assumed(a_market):
    bars, symbols = 3_000, 4
    closes = np.where(np.random.default_rng(4).random((symbols, bars)) < 0.5, 101.0, 99.0)
    market = a_market(closes, opens=np.full((symbols, bars), 100.0))

    standing = score(market, np.ones((symbols, bars)), 1, DecayConfig(half_life=1e6))

    assert np.diff(standing.samples[0])[-1] == pytest.approx(4 / (1 + 3 * 0.3), rel=0.01)


def test_what_was_learnt_before_trading_counts_half(a_market):
    market = coin_market(a_market, [True] * 21)
    config = DecayConfig(half_life=1e6, seed_until_ms=11 * HOUR_MS)

    standing = score(market, [[1.0] * 21], 1, config)

    assert standing.samples[0, 10] == pytest.approx(5.0, rel=1e-4)
    assert standing.samples[0, 20] == pytest.approx(15.0, rel=1e-4)


@pytest.mark.parametrize("symbols", [63, 64, 65, 200])
def test_many_symbols_are_all_counted(a_market, symbols):
    closes = np.full((symbols, 2), 101.0)
    closes[: symbols // 3] = 99.0
    market = a_market(closes, opens=np.full((symbols, 2), 100.0))

    standing = score(market, np.tile([1.0, NAN], (symbols, 1)), horizon=1)

    assert hits(standing) == pytest.approx(1 - symbols // 3 / symbols, rel=1e-12)
    correlation = DecayConfig().pool_correlation
    assert standing.samples[0, -1] == pytest.approx(effective_outcomes(symbols, correlation), rel=1e-12)
