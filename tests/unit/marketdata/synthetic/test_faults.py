"""Every injected fault is where its label says, and nothing else changes."""

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import ConfigError
from alphastrike.marketdata.synthetic.config import SyntheticConfig
from alphastrike.marketdata.synthetic.faults import Fault, inject_faults
from alphastrike.marketdata.synthetic.market import generate


@pytest.fixture(scope="module")
def clean() -> CandleHistory:
    return generate(SyntheticConfig(symbols=("BTCUSDT", "ETHUSDT"), length_hours=1_000)).history


def test_only_labelled_bars_differ(clean: CandleHistory) -> None:
    kinds = (Fault.NAN, Fault.SPIKE_X10, Fault.SPIKE_X100, Fault.FROZEN, Fault.GAP)

    faulty = inject_faults(clean, kinds, seed=1)

    changed = np.zeros(clean.close.shape, dtype=bool)
    for label in faulty.labels:
        changed[clean.symbols.index(label.symbol), label.start : label.stop] = True
    assert changed.sum() == 2 * (1 + 1 + 1 + 8 + 5)
    assert ((faulty.history.close != clean.close) == changed).all()
    assert faulty.rows == {}


@pytest.mark.parametrize(("kind", "factor"), [(Fault.SPIKE_X10, 10.0), (Fault.SPIKE_X100, 100.0)])
def test_a_spike_multiplies_one_close_and_keeps_the_candle_consistent(
    clean: CandleHistory, kind: Fault, factor: float
) -> None:
    faulty = inject_faults(clean, (kind,), seed=2)

    label = faulty.labels[0]
    history, row = faulty.history, clean.symbols.index(label.symbol)
    assert history.close[row, label.start] == factor * clean.close[row, label.start]
    assert history.high[row, label.start] >= history.close[row, label.start]
    assert history.open[row, label.start + 1] == clean.open[row, label.start + 1]


def test_a_gap_leaves_no_candle_and_a_frozen_run_no_move(clean: CandleHistory) -> None:
    faulty = inject_faults(clean, (Fault.GAP, Fault.FROZEN), seed=3)

    gap, frozen = faulty.labels[:2]
    assert np.isnan(faulty.history.volume[0, gap.start : gap.stop]).all()
    assert np.ptp(faulty.history.close[0, frozen.start - 1 : frozen.stop]) == 0.0
    assert (faulty.history.volume[0, frozen.start : frozen.stop] == 0.0).all()


@pytest.mark.parametrize(
    ("kind", "step_ms"), [(Fault.DUPLICATE, 0), (Fault.CONFLICT, 0), (Fault.BACKWARD, -3)]
)
def test_faults_of_order_are_rows_of_a_raw_table(clean: CandleHistory, kind: Fault, step_ms: int) -> None:
    faulty = inject_faults(clean, (Fault.GAP, kind), seed=4)

    for label in (label for label in faulty.labels if label.fault is kind):
        table = faulty.rows[label.symbol]
        before, wrong = table[label.start - 1], table[label.start]
        assert table.size == 1_000 - 5 + 1
        assert wrong["open_time_ms"] - before["open_time_ms"] == step_ms * clean.interval_ms
        assert (wrong == before) == (kind is Fault.DUPLICATE)


def test_the_same_seed_breaks_the_same_bars(clean: CandleHistory) -> None:
    kinds = tuple(Fault)

    first, second = inject_faults(clean, kinds, seed=5), inject_faults(clean, kinds, seed=5)

    assert first.labels == second.labels
    assert inject_faults(clean, kinds, seed=6).labels != first.labels


def test_more_faults_than_fit_are_refused(clean: CandleHistory) -> None:
    with pytest.raises(ConfigError, match="observed 40 kinds in 1000 bars, allowed at most 19"):
        inject_faults(clean, (Fault.NAN,) * 40, seed=0)
