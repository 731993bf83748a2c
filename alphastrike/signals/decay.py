"""How a signal's weight follows from its record: outcomes -> accuracy -> edge -> weight.

Scalar formulas, compiled; `tracker.DecayTracker` applies them bar by bar.
"""

import math

from alphastrike.numerics.compiled import compiled_without_allocation

STATES = ("shadow", "active", "retired", "dead")


@compiled_without_allocation
def effective_outcomes(symbols: float, correlation: float) -> float:
    """Independent outcomes in one outcome each of `symbols` > 0: K / (1 + (K - 1) rho)."""
    return symbols / (1.0 + (symbols - 1.0) * correlation)


@compiled_without_allocation
def shrunk_accuracy(hits: float, outcomes: float, prior_outcomes: float, towards: float = 0.5) -> float:
    """Share of hits after adding `prior_outcomes` of accuracy `towards`: coin flips, or the whole record.

    The posterior mean; `towards` knowing nothing.
    """
    total = outcomes + prior_outcomes
    if not total > 0.0:
        return towards
    return (hits + prior_outcomes * towards) / total


@compiled_without_allocation
def signal_weight(accuracy: float) -> float:
    """(2 edge)^2 of a positive edge = accuracy - 0.5, else 0; NaN gives 0.

    The square alone is blind to sign: 0.45 would weigh as much as 0.55.
    """
    edge = accuracy - 0.5
    if not edge > 0.0:
        return 0.0
    return (2.0 * edge) * (2.0 * edge)


@compiled_without_allocation
def article_weight(accuracy: float) -> float:
    """(2 edge)^2 whatever the sign of the edge, as published: 0.49 outweighs 0.50. For comparison."""
    edge = accuracy - 0.5
    return (2.0 * edge) * (2.0 * edge)


@compiled_without_allocation
def log_odds(accuracy: float) -> float:
    """ln(a / (1 - a)) of an accuracy above one half, at most that of 0.99; else 0, as NaN gives.

    The best weight of an independent two-way vote (Nitzan and Paroush 1982).
    """
    if not accuracy > 0.5:
        return 0.0
    believed = min(accuracy, 0.99)
    return math.log(believed / (1.0 - believed))


@compiled_without_allocation
def upper_bound(accuracy: float, outcomes: float, z: float) -> float:
    """`accuracy` plus z standard errors of a fair coin over `outcomes` > 0."""
    return accuracy + z * math.sqrt(0.25 / outcomes)
