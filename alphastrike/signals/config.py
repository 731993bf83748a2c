"""How much evidence a signal needs before its word counts, and how much a word is worth."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from alphastrike.domain.settings import Settings
from alphastrike.signals.scheduled import times_ms


class DecayConfig(Settings):
    """Evidence on each signal. Counts are effective outcomes: overlap and correlation taken out."""

    rule: Literal["evidence", "article"] = Field(
        "evidence",
        description="evidence = proof before a vote counts and before it is lost; article = the plain rule, "
        "for comparison only: every outcome counts, squared edge of either sign, silent below "
        "retire_below, and weight 1 without a record.",
    )
    article_window: int = Field(
        100, ge=10, le=100_000, description="Outcomes in the rolling accuracy of the article's rule."
    )
    article_min_outcomes: int = Field(
        20, ge=1, le=100_000, description="Outcomes before the article's rule judges."
    )
    weighting: Literal["quadratic", "log_odds"] = Field(
        "quadratic",
        description="Weight of a shrunk accuracy: (2 edge)^2, or ln(p / (1 - p)), which is the best one for "
        "independent votes and less sparing with weak signals.",
    )

    cold_start: Literal["shadow", "equal_weights"] = Field(
        "shadow",
        description="Signals without a record: shadow = scored but silent, so a run without history does not "
        "trade; equal_weights = they vote as if assumed_accuracy were proven, at the smallest size "
        "(demonstrations only).",
    )
    assumed_accuracy: float = Field(
        0.55, gt=0.5, le=0.6, description="Share of hits granted to an untested signal by equal_weights."
    )
    half_life: float = Field(
        1500.0, ge=50, le=1e6, description="Outcomes after which an outcome counts half: markets change."
    )
    prior_outcomes: float = Field(
        600.0,
        ge=0,
        le=1e6,
        description="Coin flips every record is diluted with before it earns a weight; 600 says true "
        "accuracies scatter by about 2 points around one half.",
    )
    regime_prior_outcomes: float = Field(
        300.0,
        ge=0,
        le=1e6,
        description="Outcomes at a signal's overall accuracy that its record in one regime is diluted with.",
    )
    pool_correlation: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Least correlation of hits between symbols, and the one assumed until it is measured; "
        "1 = all symbols are one.",
    )
    seed_weight: float = Field(
        0.5,
        gt=0,
        le=1,
        description="What an outcome counts that a run gathered before it began to trade "
        "(backtest.seed_days).",
    )
    seed_until_ms: int = Field(
        0,
        ge=0,
        le=1 << 53,
        description="Outcomes known before this time (ms UTC) count seed_weight; a run with "
        "backtest.seed_days sets it.",
    )
    min_vote: float = Field(
        0.05, gt=0, lt=1, description="Votes weaker than this are recorded but neither scored nor counted."
    )
    min_effective: float = Field(
        250.0, ge=1, le=1e6, description="Outcomes before a signal can be promoted, judged or retired."
    )
    promote_accuracy: float = Field(
        0.505, ge=0.5, le=1, description="Least share of hits for promotion; above retire_below: hysteresis."
    )
    promote_keep: float = Field(
        0.5,
        gt=0,
        le=1,
        description="What the outcomes that led to a promotion count after it: whoever is chosen for a good "
        "record was lucky too.",
    )
    candidates: float = Field(
        50.0,
        ge=1,
        le=1e6,
        description="Signals ever tried, restarts included, and never fewer than the voters of the run; "
        "promotion needs an e-value of candidates / false_share.",
    )
    false_share: float = Field(
        0.1, gt=0, le=1, description="Chance that any worthless candidate is ever promoted."
    )
    window: int = Field(500, ge=10, le=100_000, description="Outcomes in the rolling accuracy.")
    retire_below: float = Field(0.48, ge=0, le=0.5, description="Rolling accuracy that retires a signal.")
    retire_z: float = Field(
        1.2816,
        ge=0,
        le=5,
        description="Its bound, this many standard errors up, must be under one half too.",
    )
    patience: int = Field(
        20, ge=1, le=10_000, description="Consecutive judgements that must agree: one look is mostly chance."
    )
    cusum_good: float = Field(0.52, gt=0.5, lt=1, description="Accuracy the change detector calls healthy.")
    cusum_limit: float = Field(
        4.5, gt=0, le=100, description="Log-likelihood ratio, healthy against its mirror image, that retires."
    )
    max_retirements: int = Field(3, ge=1, le=100, description="Retirements that end a signal for good.")
    model_horizon_hours: float = Field(
        24.0, gt=0, le=720, description="Horizon at which the model's vote is scored; use that of its labels."
    )


class RegimeConfig(Settings):
    """State of each symbol's market, from its own closes. Look-backs hold in hours."""

    volatility_half_life_hours: float = Field(12.0, gt=0, le=720, description="Half-life of the volatility.")
    history_days: float = Field(90.0, ge=1, le=730, description="Past with which volatility is compared.")
    warm_up_days: float = Field(
        14.0,
        ge=1,
        le=730,
        description="History before the rank counts; until then the regime is unknown.",
    )
    high_enter: float = Field(0.90, gt=0, le=1, description="Rank above which volatility is high.")
    high_leave: float = Field(0.80, ge=0, le=1, description="Rank under which it is no longer high.")
    trend_hours: float = Field(48.0, ge=2, le=720, description="Span of the efficiency ratio.")
    trend_enter: float = Field(0.35, gt=0, le=1, description="Efficiency ratio above which a trend is on.")
    trend_leave: float = Field(0.25, ge=0, le=1, description="Efficiency ratio under which it is over.")
    min_dwell_hours: float = Field(
        6.0, ge=0, le=240, description="Least stay in a regime; high volatility is entered at once."
    )

    @model_validator(mode="after")
    def _leave_below_enter(self) -> "RegimeConfig":
        if self.high_leave > self.high_enter or self.trend_leave > self.trend_enter:
            raise ValueError("leave thresholds must not lie above their enter thresholds")
        if self.warm_up_days > self.history_days:
            raise ValueError("warm_up_days must not exceed history_days")
        return self


class EnsembleConfig(Settings):
    """From votes and weights to a probability, a conviction and a decision to stand aside."""

    min_active_signals: int = Field(
        1,
        ge=1,
        le=100,
        description="Active signals that must vote. One suffices because promotion already asks each for "
        "proof that holds over all candidates; three would leave a market with one edge untraded.",
    )
    min_active_categories: int = Field(1, ge=1, le=12, description="Categories they must come from.")
    min_coverage: float = Field(0.5, ge=0, le=1, description="Share of the active weight that must vote.")
    signal_cap: float = Field(
        0.25, gt=0, le=1, description="Largest share of one signal in the score; more when too few vote."
    )
    category_cap: float = Field(
        0.35, gt=0, le=1, description="Largest share of one category in the score; more when too few vote."
    )
    likeness_half_life_days: float = Field(
        90.0,
        gt=0,
        le=3650,
        description="Half-life of the memory of which signals vote alike; those that do share one voice.",
    )
    calibration_start: float = Field(
        0.5,
        ge=0,
        le=2,
        description="Share of the voters' log-odds thought to be true before the ensemble has a record.",
    )
    calibration_spread: float = Field(
        0.5, gt=0, le=10, description="Standard deviation of that first guess: how fast a record moves it."
    )
    calibration_caution: float = Field(
        0.5,
        ge=0,
        le=5,
        description="Standard deviations by which the share that is used stays below the likely one.",
    )
    full_conviction_edge: float = Field(
        0.06,
        gt=0,
        le=0.5,
        description="Probability above one half that is conviction 100. At 0.06 a conviction of 55 is 0.533, "
        "about what a day's trade with taker fees needs; at 0.10 it is 0.555, which the prior grants "
        "a true 58 % signal only after 1,300 outcomes.",
    )
    conviction_threshold: float = Field(55.0, ge=0, le=100, description="Conviction needed to trade.")
    edge_over_cost: float = Field(
        0.01, ge=0, le=0.5, description="Probability demanded beyond break-even after fees and slippage."
    )
    max_holding_hours: float = Field(
        72.0,
        ge=0,
        le=8760,
        description="Time stop, three times the longest horizon. 0 = none.",
    )
    events: tuple[str, ...] = Field(
        (),
        description="Times of releases that move every market (FOMC, CPI, payrolls), as 2026-01-28T19:00, "
        "UTC where no offset is given; no position is opened around them.",
    )
    event_minutes: float = Field(
        30.0, ge=0, le=1440, description="Minutes before and after such a time without new positions."
    )

    @field_validator("events")
    @classmethod
    def _are_times(cls, events: tuple[str, ...]) -> tuple[str, ...]:
        times_ms(events)
        return events


class SignalsConfig(Settings):
    """The ensemble strategy: which signals, and how their word is earned, weighed and used."""

    enabled: tuple[str, ...] = Field(
        ("*",),
        min_length=1,
        description='Signals that are computed, scored and may earn a vote; "*" is every signal there is.',
    )
    decay: DecayConfig = DecayConfig()
    regime: RegimeConfig = RegimeConfig()
    ensemble: EnsembleConfig = EnsembleConfig()
