"""How venues set a funding rate: the average premium, pulled toward interest within a band.

Sources, in docs/concepts/domain.md: [1] (8 h interest 0.01 %, band 0.05 %) and [4] (the 8 h rate is paid in
hourly eighths, at most 4 % an hour).
"""

from alphastrike.numerics.compiled import compiled

INTEREST = 0.0001
BAND = 0.0005
_HOURS = 8.0
_HOURLY_CAP = 0.04


@compiled
def eight_hour_rate(premium: float) -> float:
    """F = P + clamp(I - P, -0.05 %, +0.05 %), a fraction of notional for eight hours."""
    return premium + min(BAND, max(-BAND, INTEREST - premium))


@compiled
def hourly_rate(premium: float) -> float:
    """An eighth of the eight-hour rate, capped at 4 % an hour."""
    return min(_HOURLY_CAP, max(-_HOURLY_CAP, eight_hour_rate(premium) / _HOURS))
