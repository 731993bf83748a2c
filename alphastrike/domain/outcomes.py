"""What a stage answers: it passed, it halted, or a rule refused; each with its reason."""

from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """The eight stages, in the order data flows through them."""

    EXCHANGE = 1
    GATEWAY = 2
    FEATURES = 3
    VALIDATION = 4
    ML = 5
    STRATEGY = 6
    RISK = 7
    EXECUTION = 8


class Code(IntEnum):
    """Why a bar ended where it did. The hundreds digit is the stage; below 100 nothing halted."""

    PASSED = 0
    HOLD = 1  # nothing to change: the position already is what the forecast wants
    ORDERED = 2  # an order left for the venue

    NO_CANDLE = 101  # the venue sent nothing for this instant
    GAP = 201  # candles are missing inside the look-back
    STALE = 202
    OUT_OF_ORDER = 203
    DUPLICATE = 204
    INSANE_CANDLE = 205  # OHLC contradict each other, negative price or volume
    PRICE_JUMP = 206
    FROZEN = 207
    EARLY = 208  # before its own end: a clock is wrong, and nobody knows how old anything is

    WARM_UP = 301  # fewer candles than the look-back needs

    NON_FINITE = 401
    OUT_OF_RANGE = 402
    DRIFT = 403  # too large a share of the features is quarantined
    NO_REFERENCE = 404  # the reference distribution is still being collected

    VALIDATOR_ERROR = 405  # the validator itself failed: nothing passes any more
    FEATURE_LAYOUT = 406  # other feature columns than the stage was built for

    SCHEMA_MISMATCH = 501
    NO_PREDICTION = 502
    MODEL_INPUT_MISSING = 503  # a feature the model reads has been silent for too long

    UNKNOWN_REGIME = 601
    NO_ACTIVE_SIGNAL = 602  # every signal is in shadow, retired or abstaining
    LOW_COVERAGE = 603
    LOW_CONVICTION = 604
    EDGE_BELOW_COST = 605  # the probability does not pay for fees and slippage
    NO_FORECAST = 606
    SCHEDULED_NEWS = 607  # a release that moves every market is about to come, or has just come

    REDUCE_ONLY = 701
    MAX_POSITIONS = 702
    SYMBOL_EXPOSURE = 703
    GROSS_EXPOSURE = 704
    NET_EXPOSURE = 705
    INITIAL_MARGIN = 706
    MIN_NOTIONAL = 707
    NO_STOP_DISTANCE = 708
    NO_EQUITY = 709

    CLUSTER_EXPOSURE = 710
    ORDER_RATE = 711
    PRICE_BAND = 712
    STRESSED_LOSS = 713
    LIQUIDATION_DISTANCE = 714
    STALE_PRICE = 715
    FUNDING_WINDOW = 716
    EXPECTED_CARRY = 717  # the fundings until the forecast's horizon cost more than its edge leaves
    RISK_HALTED = 720  # the breaker is HALTED: only an operator lets trading go on

    RESTRAINED_CONVICTION = 750  # an intervention asks for more conviction than there is
    RESTRAINED_SHORTS = 751
    RESTRAINED_SYMBOL = 752  # an intervention forbids new positions in this symbol
    RESTRAINED_SIZE = 753
    UNKNOWN_TOOL = 760
    UNKNOWN_SYMBOL = 761
    MALFORMED_CALL = 762  # an argument is missing, foreign, or of the wrong type
    CALL_OUT_OF_RANGE = 763
    NO_OP_CALL = 764
    INTERVENTION_RATE = 765
    TOO_MANY_CALLS = 766  # in one reply
    LATE_ADVICE = 767
    INTERVENTION_FLOOR = 768  # too little would be left to trade
    VETOED = 769

    ORDER_PENDING = 801  # an earlier order of this symbol is still working
    NO_ORDER_SLOT = 802
    UNAPPROVED = 803  # the order goes beyond what risk approved: a fault of ours, never sent

    @property
    def stage(self) -> Stage | None:
        """The stage that gave this code, or None when nothing halted."""
        return Stage(self.value // 100) if self.value >= 100 else None

    @property
    def label(self) -> str:
        """The code as it is written in journals and reports."""
        return self.name.lower()


class Reason(IntEnum):
    """Why an order was sent; a fill carries its order's reason."""

    ENTRY = 1
    FLIP = 2
    SIGNAL_EXIT = 3
    STOP = 4
    TAKE_PROFIT = 5
    TIME_STOP = 6
    LEVERAGE_CUT = 7
    LIQUIDATION = 8
    OPERATOR = 9
    BREAKER = 10  # a halt that closes every position
    MARGIN_CUT = 11  # liquidation came too near
    RETIRED = 12  # the signals behind the entry were retired
    FUNDING = 13  # the next funding costs too much

    @property
    def label(self) -> str:
        """The reason as it is written in journals and reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Passed:
    """The stage had nothing against it. `code` says whether anything was done."""

    symbol: str
    event_time_ms: int
    code: Code = Code.PASSED


@dataclass(frozen=True, slots=True)
class Halted:
    """The stage stopped this symbol at this instant.

    `observed` and `limit` are in the unit of the rule that fired. `until_ms` is the earliest
    time it can pass again, or None when that depends on data not seen yet.
    """

    stage: Stage
    code: Code
    symbol: str
    event_time_ms: int
    observed: float
    limit: float
    until_ms: int | None = None


Outcome = Passed | Halted
