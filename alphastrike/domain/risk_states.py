"""The states a breaker can be in, what trips it, and what an operator may ask for."""

from enum import IntEnum


class RiskState(IntEnum):
    """NORMAL to HALTED by itself, each state latched; back by rule, or from HALTED by an operator.

    CAUTION and COOLDOWN open at a share of the size; REDUCE_ONLY and HALTED open nothing.
    """

    NORMAL = 0
    CAUTION = 1
    REDUCE_ONLY = 2
    HALTED = 3
    COOLDOWN = 4  # the way back from REDUCE_ONLY and HALTED

    @property
    def label(self) -> str:
        """The state as it is written in journals and reports."""
        return self.name.lower()


class Trigger(IntEnum):
    """Why a breaker changed its state; observed and limit are in the trigger's own unit."""

    NONE = 0
    DRAWDOWN = 1  # fraction of the equity peak
    DAY_LOSS = 2  # fraction of the day's first equity, net of deposits
    LOSS_STREAK = 3  # losing trades in a row
    VALIDATION = 4  # share of symbols the validator calls drifted or no longer knows
    STALE_DATA = 5  # age of a held symbol's mark, ms
    API_ERRORS = 6  # share of the venue's answers
    RAW_LEVERAGE = 7  # the leverage formula before its floor
    RECONCILIATION = 8  # differences between our books and the venue's
    LIQUIDATION_DISTANCE = 9  # fraction of the mark
    LIQUIDATION = 10  # positions the venue closed
    EQUITY = 11  # quote currency
    STATE_FILE = 12  # the saved state was missing, damaged or of another schema
    OPERATOR = 13
    CALM = 14  # nothing has asked for the state long enough, ms
    WAITED = 15  # the time the state lasts is over, ms

    @property
    def label(self) -> str:
        """The trigger as it is written in journals and reports."""
        return self.name.lower()


class OperatorAction(IntEnum):
    """What a person may ask for. Only RESUME lets more risk in, and only by way of COOLDOWN."""

    REDUCE_ONLY = 1
    HALT = 2
    FLATTEN = 3  # halt and close every position
    RESUME = 4
