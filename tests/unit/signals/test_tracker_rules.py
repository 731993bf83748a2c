"""Other rules of weight than the default, and what a signal without a record may say."""

import math

import numpy as np
import pytest

from alphastrike.signals.config import DecayConfig
from alphastrike.signals.tracker import DecayTracker
from tests.unit.signals.scoring import coin_market, score

SHADOW, RETIRED = 0, 2


def test_log_odds_weigh_weak_signals_more_than_squares_do(a_market):
    rises = [True] * 300
    square = score(coin_market(a_market, rises), [[1.0] * 300], 1)
    linear = score(coin_market(a_market, rises), [[1.0] * 300], 1, DecayConfig(weighting="log_odds"))

    assert square.weight[0, -1] == pytest.approx((2 * linear_accuracy(linear) - 1) ** 2, rel=1e-9)


def linear_accuracy(standing):
    """The accuracy behind a weight that is its log-odds."""
    return 1 / (1 + math.exp(-standing.weight[0, -1]))


@pytest.mark.parametrize(("voters", "candidates"), [(10, 50.0), (80, 80.0)])
def test_no_fewer_candidates_are_paid_for_than_there_are_voters(voters, candidates):
    tracker = DecayTracker((1,) * voters, 1, DecayConfig(candidates=50.0))

    rules = tracker.state()[-1]

    assert rules["candidates"][0] == candidates


ARTICLE = DecayConfig(rule="article")


def test_the_articles_rule_trusts_whoever_has_no_record(a_market):
    standing = score(coin_market(a_market, [True] * 10), [[1.0] * 10], 1, ARTICLE)

    assert (standing.weight == 1.0).all()


def test_the_articles_rule_weighs_a_loser_like_a_winner(a_market):
    # 49 of 100 right and 51 of 100 right: the same square.
    loses = score(coin_market(a_market, [True] + [True] * 49 + [False] * 51), [[1.0] * 101], 1, ARTICLE)
    wins = score(coin_market(a_market, [True] + [True] * 51 + [False] * 49), [[1.0] * 101], 1, ARTICLE)

    assert loses.weight[0, -1] == pytest.approx(0.0004, rel=1e-9)
    assert wins.weight[0, -1] == pytest.approx(0.0004, rel=1e-9)


def test_the_articles_rule_retires_every_fair_signal_and_evidence_next_to_none(a_market):
    # A signal right 53 % of the time, 60 times over: the rule of evidence retires none of them.
    retired = {"article": 0, "evidence": 0}
    for seed in range(60):
        rises = np.random.default_rng(seed).random(1500) < 0.53
        for rule in retired:
            config = DecayConfig(rule=rule)
            standing = score(coin_market(a_market, rises), [[1.0] * 1500], 1, config)
            retired[rule] += bool((standing.state[0] == RETIRED).any())

    assert retired["article"] == 60
    assert retired["evidence"] <= 3


def test_equal_weights_grant_a_vote_until_there_is_a_record(a_market):
    config = DecayConfig(cold_start="equal_weights", half_life=1e6)
    rises = np.arange(400) % 2 == 0

    standing = score(coin_market(a_market, rises), [[1.0] * 400], 1, config)

    assert standing.weight[0, :251] == pytest.approx(0.01)
    assert (standing.weight[0, 251:] == 0.0).all()
    assert standing.provisional()[0, :251].all()
    assert (standing.state == SHADOW).all()


def test_shadow_is_silent_by_default(a_market):
    standing = score(coin_market(a_market, [True, False]), [[1.0, 1.0]], 1)

    assert (standing.weight == 0.0).all()
    assert (standing.regime_odds == 0.0).all()
