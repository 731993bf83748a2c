"""A strategy that knows nothing loses what it pays, no more and no less."""

import numpy as np

from alphastrike.marketdata.synthetic.config import SyntheticConfig
from alphastrike.marketdata.synthetic.market import driftless_random_walk
from tests.markets import configured, no_rates
from tests.runs import CoinFlip, finished

SEEDS = 200
CONFIG = configured(strategy={"name": "ema_cross"}, risk={"risk_per_trade": 0.002})


def outcome(seed):
    """Profit before costs, and the costs, of one coin-flipper on one driftless random walk."""
    settings = SyntheticConfig(symbols=("BTCUSDT", "ETHUSDT"), length_hours=500, seed=seed)
    walk = driftless_random_walk(settings)
    _, run = finished(CONFIG, walk.history, no_rates(walk.history.symbols), strategy=CoinFlip(seed))
    account = run.desk.account[0]
    costs = run.venue.account[0]["fees"] + run.venue.account[0]["slippage"]
    return account["equity"] - 10_000.0 + costs, costs


def test_coin_flips_on_a_driftless_walk_lose_their_costs_within_two_standard_errors():
    before_costs, costs = np.array([outcome(seed) for seed in range(SEEDS)]).T

    standard_error = before_costs.std(ddof=1) / np.sqrt(SEEDS)

    assert costs.min() > 0.0
    assert abs(before_costs.mean()) <= 2.0 * standard_error
    assert (before_costs - costs).mean() < -2.0 * standard_error
