"""Real candles and funding of three venues, traded through the command line and audited from outside."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.audit import broken_fills, equity_recomputed, funding_due, read_books

pytestmark = pytest.mark.shared_data

RUNS = [
    ("binance_usdm/1h", "ema_cross"),
    ("binance_usdm/1h", "ensemble"),
    ("binance_usdm/4h", "ema_cross"),
    ("binance_usdm/4h", "ensemble"),
    ("binance_usdm/5m", "ema_cross"),
    ("hyperliquid/1h", "ema_cross"),
    ("hyperliquid/5m", "ema_cross"),
    ("okx_swap/5m", "ema_cross"),
    ("okx_swap/5m", "ensemble"),
]


# A rule that knows nothing would soon be halted for its losses, and its books would be short.
UNHALTED = """
[risk.breakers]
caution_drawdown = 0.97
halt_drawdown = 0.98
reduce_day_loss = 0.97
halt_day_loss = 0.98
"""


@pytest.mark.parametrize(("folder", "strategy"), RUNS)
def test_a_third_party_finds_the_books_in_order(alphastrike, shared_data, folder, strategy):
    candles, funding = shared_data / "candles" / folder, shared_data / "funding"
    if strategy == "ema_cross":
        Path("alphastrike.toml").write_text(UNHALTED)

    outcome = alphastrike(
        *("backtest", "--data", str(candles), "--funding", str(funding)),
        *("--strategy", strategy, "--out", "run", "--json"),
    )

    assert outcome.exit_code == 0, outcome.stderr
    books = read_books(Path("run"), candles, funding / folder.partition("/")[0])
    assert json.loads(outcome.stdout) == books.summary
    assert books.summary["symbols"] == sorted(books.candles)
    _equity_is_what_fills_funding_and_closes_make_it(books)
    _funding_is_paid_whenever_it_is_due(books)
    assert list(broken_fills(books)) == []
    if strategy == "ema_cross":  # the ensemble may rightly find nothing worth trading
        assert books.fills["ts_ms"].size > 0
        assert (books.funding["ts_ms"].size > 0) == bool(books.rates)


def _equity_is_what_fills_funding_and_closes_make_it(books):
    recomputed = equity_recomputed(books)

    np.testing.assert_allclose(recomputed, books.equity["equity"], rtol=1e-6, atol=0)
    assert recomputed[-1] == pytest.approx(books.summary["final_equity"], rel=1e-6)
    np.testing.assert_allclose(
        books.equity["cash"] + books.equity["unrealized_pnl"], books.equity["equity"], rtol=1e-9, atol=0
    )


def _funding_is_paid_whenever_it_is_due(books):
    for symbol in books.summary["symbols"]:
        due, paid = funding_due(books, symbol), books.own(books.funding, symbol)
        assert paid["ts_ms"].tolist() == due["ts_ms"].tolist(), symbol
        for name in ("rate", "mark_price", "position", "payment"):
            np.testing.assert_allclose(
                paid[name], due[name], rtol=1e-9, atol=1e-12, err_msg=f"{symbol} {name}"
            )
    assert books.summary["funding"] == pytest.approx(float(np.sum(books.funding["payment"])), abs=1e-9)
