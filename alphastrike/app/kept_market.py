"""The market a journal's run was built on, kept beside it or made again."""

from pathlib import Path

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.paper import PaperRun
from alphastrike.app.paper_files import past_path
from alphastrike.app.paper_market import PaperMarket, embedded_market
from alphastrike.app.venue_feed import market_label
from alphastrike.live.pacing import Pace
from alphastrike.live.past import load_past, save_past


def keep_market(journal: Path, run: PaperRun, market: PaperMarket) -> None:
    """Keep the market as it was at the first close beside the journal."""
    path = past_path(journal, run.provenance.run_id)
    save_past(path, market.past, market.funding, market.instruments or ())


def saved_market(journal: Path, header: dict[str, str]) -> PaperMarket:
    """The market of a journal on a venue, as it was at the first close."""
    past, funding, listed = load_past(past_path(journal, str(header.get("run_id"))))
    first_open_ms = int(past.open_time_ms[-1]) + past.interval_ms
    label = str(header.get("market"))
    return PaperMarket(past, funding, listed, first_open_ms, label, is_synthetic=False)


def market_of(config: AlphaStrikeConfig, journal: Path, header: dict[str, str]) -> PaperMarket:
    """The market a journal's run was built on."""
    if str(header.get("market")).startswith(market_label("")):
        return saved_market(journal, header)
    return embedded_market(config, Pace(float("inf")))[0]
