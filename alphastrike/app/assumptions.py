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
    generic = any(instrument.margin_tiers is GENERIC_TIERS for instrument in instruments)
    tiers = (
        "margin tiers: a generic schedule (1 % of the first 50,000, rising); "
        "give venue.margin_tiers for the real ones"
        if generic
        else f"margin tiers: {config.venue.margin_tiers}"
    )
    return (
        f"fees: maker {venue.maker_fee_rate:.3%}, taker {venue.taker_fee_rate:.3%} of notional",
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
        "ticks and steps: read from the first candles' prices unless set in [venue]",
        *inputs.notes,
    )
