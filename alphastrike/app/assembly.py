"""Putting the rooms together: a configuration and a market become stages, a desk and a venue."""

from dataclasses import dataclass, replace

import numpy as np

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.instruments import instruments_of
from alphastrike.adapters.simulated.kernel_session import Rates
from alphastrike.app.abilities import able_signals, enabled_names
from alphastrike.app.advisors import advisor_of
from alphastrike.app.circuit import Account, Circuit
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_strategies import configured_strategy
from alphastrike.app.discovery import chosen
from alphastrike.app.listed import Listed
from alphastrike.app.models import model_slot
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import DataError
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.intervals import bars_in
from alphastrike.domain.ledger import Markets, Tape
from alphastrike.engine.pipeline import MarketStages
from alphastrike.features.feature_set import FeatureSet
from alphastrike.gateway.candle_gateway import CandleGateway
from alphastrike.llm.consultation import Consultant
from alphastrike.llm.recording import Recorder
from alphastrike.llm.watch import Watch
from alphastrike.risk.books import Desk, DeskTerms
from alphastrike.validation.stage import ValidationStage

# What stage 7 reads itself, whatever the strategy.
RISK_FEATURES = ("atr_14", "daily_volatility")
_BPS = 1e-4
_SIDES = 2
_LEAST_ROWS = 65_536
_MOST_RATES = 48
_MODEL_VOTERS = 1  # the model is the last of the voters


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything a driver needs of one run."""

    history: CandleHistory
    instruments: tuple[UnifiedInstrument, ...]
    stages: MarketStages
    desk: Desk
    venue: Venue
    rates: Rates
    watch: Watch
    circuit: Circuit | None


def assemble(
    config: AlphaStrikeConfig,
    history: CandleHistory,
    funding: FundingHistory,
    run_id: str = "run",
    recorder: Recorder | None = None,
) -> Assembly:
    """Build the run on candles alone; see `assemble_listed`. Instruments are read off the candles.

    `recorder` takes down what is said to and by a model.
    """
    listed = Listed(history, funding, instruments_of(history, config.venue))
    is_on = config.backtest.llm != "off"
    consultant = Consultant(advisor_of(config, recorder), config.llm, run_id) if is_on else None
    return assemble_listed(config, listed, run_id, consultant)


def assemble_listed(
    config: AlphaStrikeConfig, listed: Listed, run_id: str, consultant: Consultant | None = None
) -> Assembly:
    """Build the run; `ConfigError` for names and combinations that do not exist.

    `consultant` answers the breaker in simulated time; without one, answers come from outside.
    """
    history, funding, instruments = listed.history, listed.funding, listed.instruments
    _check_funding(funding, history.interval_ms)
    markets = Markets.of(instruments)
    stages = market_stages(config, history)
    history = with_series_of(stages, history)
    terms = DeskTerms(
        max_holding_hours=stages.strategy.max_holding_hours,
        half_spread_bps=config.venue.half_spread_bps,
        venue_leverage=float(config.venue.leverage),
        conviction_threshold=config.signals.ensemble.conviction_threshold,
        interval_ms=history.interval_ms,
        is_isolated=config.venue.margin_mode == "isolated",
        signals=len(enabled_names(config)) + _MODEL_VOTERS,
    )
    equity = config.backtest.initial_equity
    rows = max(_LEAST_ROWS, 256 * len(history.symbols))
    desk = Desk.opened(markets, equity, config.risk, terms=terms)
    venue = Venue.opened(markets, equity, config.venue, Tape.blank(rows))
    cursor = np.array(funding.offsets[:-1], dtype=np.int64)
    is_on = config.backtest.llm != "off"
    watch = Watch.over(len(history.symbols), config.llm.triggers if is_on else None)
    account = Account(instruments, desk, venue, cursor, watch)
    return Assembly(
        history=history,
        instruments=instruments,
        stages=stages,
        desk=desk,
        venue=venue,
        rates=Rates(funding.ts_ms, funding.rate, funding.offsets, cursor),
        watch=watch,
        circuit=Circuit.closed(config, account, run_id, consultant) if is_on else None,
    )


def _check_funding(funding: FundingHistory, interval_ms: int) -> None:
    """Refuse rates that come so thick that one candle's would not fit the tape."""
    for row, symbol in enumerate(funding.symbols):
        times, _ = funding.of(row)
        if (times[_MOST_RATES:] - times[:-_MOST_RATES] < interval_ms).any():
            raise DataError(
                f"funding of {symbol}: observed more than {_MOST_RATES} rates in one candle of "
                f"{interval_ms} ms; allowed up to that, check the file's times or use shorter candles"
            )


def market_stages(config: AlphaStrikeConfig, history: CandleHistory) -> MarketStages:
    """Stages 2 to 6 for these symbols and this interval, with only the features someone reads.

    What only a model without a vote reads decides over nothing: not how long a symbol waits after a gap,
    nor what share of its features is trusted.
    """
    symbols, interval_ms = history.symbols, history.interval_ms
    plugin, settings = configured_strategy(config)
    signals = able_signals(config, history)
    model, profiles = model_slot(config.ml, symbols, interval_ms)
    heard = {*RISK_FEATURES, *plugin.features(settings, signals)}
    heard |= set(model.features) if profiles is not None else set()
    unheard = set(model.features) - heard
    found = tuple(chosen("features", heard | unheard, "features").values())
    features = FeatureSet(found, symbols, interval_ms, RISK_FEATURES)
    recovery = features.lookback_within(bars_in(config.gateway.recovery_hours, interval_ms), heard)
    validator = ValidationStage(features.specs, RISK_FEATURES, symbols, interval_ms, config.validation)
    validator.mute(unheard)
    if profiles is not None:
        validator.pin(profiles)
    return MarketStages(
        gateway=CandleGateway(symbols, interval_ms, recovery, config.gateway),
        features=features,
        validator=validator,
        model=model,
        strategy=plugin.build(settings, symbols, interval_ms, round_trip_cost(config), signals),
    )


def with_series_of(stages: MarketStages, history: CandleHistory) -> CandleHistory:
    """The history with only the series that a feature of these stages reads; the rest is dead weight."""
    if not history.series or not isinstance(stages.features, FeatureSet):
        return history
    read = {name for spec in stages.features.specs for name in spec.series}
    return replace(history, series={name: values for name, values in history.series.items() if name in read})


def round_trip_cost(config: AlphaStrikeConfig) -> float:
    """Taker fees, half spreads and slippage of getting in and out, as a fraction of notional."""
    venue = config.venue
    return _SIDES * (venue.taker_fee_rate + (venue.half_spread_bps + venue.slippage_bps) * _BPS)
