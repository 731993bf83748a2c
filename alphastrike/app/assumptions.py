"""What a run took for granted, in lines for people."""

from alphastrike.adapters.simulated.instruments import GENERIC_TIERS
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import Inputs
from alphastrike.domain.instruments import UnifiedInstrument


def assumptions_of(
    config: AlphaStrikeConfig, inputs: Inputs, instruments: tuple[UnifiedInstrument, ...]
) -> tuple[str, ...]:
    """Fees, fills, funding, margin and data, as this run used them."""
    venue = config.venue
    fees, tiers, steps = _listed(instruments) if _is_listed(instruments) else _assumed(config, instruments)
    return (
        fees,
        f"taker fills: {venue.half_spread_bps:g} bp half spread + {venue.slippage_bps:g} bp slippage "
        f"+ up to {venue.impact_bps:g} bp impact",
        "orders decided at a close fill from the next candle's open; "
        "in a candle the worse extreme comes first",
        f"volume: fills take at most {venue.volume_share:.0%} of a candle's volume, the rest waits",
        "funding: at each due time on the position then held, "
        "at the last close before it (no mark prices given)",
        f"margin: {venue.margin_mode}, venue leverage {venue.leverage}; "
        f"liquidation fee {venue.liquidation_fee_rate:.2%} of notional",
        tiers,
        _evidence(config),
        steps,
        *inputs.notes,
    )


def _evidence(config: AlphaStrikeConfig) -> str:
    """How signals without a record are treated."""
    decay, seed_days = config.signals.decay, config.backtest.seed_days
    rule = "" if decay.rule == "evidence" else "; by the article's rule, for comparison only"
    if decay.cold_start == "equal_weights":
        start = (
            f"untested signals vote as if right {decay.assumed_accuracy:.0%} of the time, at the least size"
        )
    else:
        start = "signals start in the shadow and earn their vote"
    early = f", judged on {seed_days:g} days before the first trade" if seed_days else ""
    return f"evidence: {start}{early}{rule}"


def _is_listed(instruments: tuple[UnifiedInstrument, ...]) -> bool:
    """Whether a venue itself said how these trade."""
    return all(instrument.venue != "simulated" for instrument in instruments)


def _listed(instruments: tuple[UnifiedInstrument, ...]) -> tuple[str, str, str]:
    listing = instruments[0].venue
    maker = max(instrument.maker_fee_rate for instrument in instruments)
    taker = max(instrument.taker_fee_rate for instrument in instruments)
    return (
        f"fees: maker up to {maker:.3%}, taker up to {taker:.3%} of notional, as {listing} lists them",
        f"margin tiers: {listing}'s own",
        f"ticks and steps: {listing}'s own",
    )


def _assumed(config: AlphaStrikeConfig, instruments: tuple[UnifiedInstrument, ...]) -> tuple[str, str, str]:
    venue = config.venue
    tiers = (
        "margin tiers: a generic schedule (1 % of the first 50,000, rising); "
        "give venue.margin_tiers for the real ones"
        if any(instrument.margin_tiers is GENERIC_TIERS for instrument in instruments)
        else f"margin tiers: {venue.margin_tiers}"
    )
    return (
        f"fees: maker {venue.maker_fee_rate:.3%}, taker {venue.taker_fee_rate:.3%} of notional",
        tiers,
        "ticks and steps: read from the first candles' prices unless set in [venue]",
    )
