"""The list of pre-trade rules, in the order they are asked. Each lives in a file of its own."""

from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation, constant
from alphastrike.risk.rules import (
    cluster_exposure,
    expected_carry,
    funding_window,
    gross_exposure,
    initial_margin,
    liquidation_distance,
    net_exposure,
    order_rate,
    position_count,
    price_band,
    stale_data,
    stressed_loss,
    symbol_exposure,
)

RULES = (
    stale_data.rule,
    position_count.rule,
    order_rate.rule,
    price_band.rule,
    funding_window.rule,
    expected_carry.rule,
    symbol_exposure.rule,
    gross_exposure.rule,
    net_exposure.rule,
    cluster_exposure.rule,
    initial_margin.rule,
    stressed_loss.rule,
    liquidation_distance.rule,
)
_CODES = tuple(constant(rule.code) for rule in RULES)
(_STALE, _COUNT, _RATE, _BAND, _FUNDING, _CARRY, *_OTHERS) = _CODES
_SYMBOL, _GROSS, _NET, _CLUSTER, _MARGIN, _LOSS, _DISTANCE = _OTHERS
_judge_stale, _judge_count, _judge_rate = stale_data.judge, position_count.judge, order_rate.judge
_judge_band, _judge_funding, _judge_symbol = price_band.judge, funding_window.judge, symbol_exposure.judge
_judge_gross, _judge_net, _judge_cluster = gross_exposure.judge, net_exposure.judge, cluster_exposure.judge
_judge_carry = expected_carry.judge
_judge_margin, _judge_loss = initial_margin.judge, stressed_loss.judge
_judge_distance = liquidation_distance.judge
_NOTHING = constant(0)


@compiled_without_allocation
def refused_by(desk: Any, after: Any) -> tuple[int, float, float, bool]:
    """The first rule the account after the order breaks: (code, observed, limit, whether less would do).

    Code 0 when none does.
    """
    passes, observed, limit = _judge_stale(desk, after)
    if not passes:
        return _STALE, observed, limit, False
    passes, observed, limit = _judge_count(desk, after)
    if not passes:
        return _COUNT, observed, limit, False
    passes, observed, limit = _judge_rate(desk, after)
    if not passes:
        return _RATE, observed, limit, False
    passes, observed, limit = _judge_band(desk, after)
    if not passes:
        return _BAND, observed, limit, False
    passes, observed, limit = _judge_funding(desk, after)
    if not passes:
        return _FUNDING, observed, limit, False
    passes, observed, limit = _judge_carry(desk, after)
    if not passes:
        return _CARRY, observed, limit, False
    passes, observed, limit = _judge_symbol(desk, after)
    if not passes:
        return _SYMBOL, observed, limit, True
    passes, observed, limit = _judge_gross(desk, after)
    if not passes:
        return _GROSS, observed, limit, True
    passes, observed, limit = _judge_net(desk, after)
    if not passes:
        return _NET, observed, limit, True
    passes, observed, limit = _judge_cluster(desk, after)
    if not passes:
        return _CLUSTER, observed, limit, True
    passes, observed, limit = _judge_margin(desk, after)
    if not passes:
        return _MARGIN, observed, limit, True
    passes, observed, limit = _judge_loss(desk, after)
    if not passes:
        return _LOSS, observed, limit, True
    passes, observed, limit = _judge_distance(desk, after)
    if not passes:
        return _DISTANCE, observed, limit, True
    return _NOTHING, 0.0, 0.0, False
