"""Which signals can vote on a set of data, and what is said of the others."""

from alphastrike.app.abilities import able_signals, enabled_names, lack_of
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.discovery import available
from alphastrike.app.inputs import load_inputs
from alphastrike.app.signal_report import signal_report

SIGNALS = {name: load() for name, load in available("signals").items()}
SPECS = {name: load().spec for name, load in available("features").items()}


def configured(**sections):
    return AlphaStrikeConfig.model_validate({"data": {"symbols": ["BTCUSDT", "ETHUSDT"]}, **sections})


def test_two_symbols_of_candles_with_funding_keep_all_twelve_categories_alive():
    rows = signal_report(configured())

    voting = {row.category for row in rows if row.votes_share > 0.0}
    assert voting == {row.category for row in rows}
    assert len(voting) == 12
    assert all(row.reason for row in rows if row.votes_share == 0.0)
    places = [(row.category, row.signal) for row in rows]
    assert places == sorted(places)


def test_the_reason_names_what_is_missing():
    def lack(name, symbols=("BTCUSDT", "ETHUSDT"), series=()):
        return lack_of(SIGNALS[name], SPECS, symbols, series)

    assert lack("de_liq").startswith("needs liquidated_long (quote, forced sales) and liquidated_short")
    assert lack("cor_leadlag", ("ETHUSDT",)) == "needs candles of BTCUSDT"
    assert lack("cor_breadth") == "needs at least 5 symbols, the data have 2"
    assert lack("de_funding", series=("funding_rate",)) is None
    assert lack("pa_rsi") is None


def test_a_signal_the_data_cannot_feed_is_not_built():
    config = configured(signals={"enabled": ["pa_rsi", "de_liq"]})

    assert [signal.spec.name for signal in able_signals(config, load_inputs(config).history)] == ["pa_rsi"]


def test_a_star_enables_every_signal():
    assert set(enabled_names(configured(signals={"enabled": ["*"]}))) == set(SIGNALS)
    assert set(enabled_names(configured())) == set(SIGNALS)
    assert enabled_names(configured(signals={"enabled": ["pa_rsi"]})) == ("pa_rsi",)
