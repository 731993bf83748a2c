"""The driver that steps the engine at every bar."""

from dataclasses import replace

import numpy as np
import pytest

from alphastrike.backtest.recording import Recording
from alphastrike.backtest.stepping import candles_at, keep_decisions, step_through
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import CancelOrder, Step
from alphastrike.domain.events import CandlesClosed, OrderChanged, SeriesValue
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.orders import OrderState
from alphastrike.domain.outcomes import Code
from alphastrike.domain.records import DECISION

START_MS = 1_704_067_200_000


def a_history() -> CandleHistory:
    """Two symbols, three hours; the second has no candle in the second hour."""
    close = np.array([[100.0, 101.0, 102.0], [50.0, np.nan, 52.0]])
    taker = np.array([[1.0, np.nan, 1.0], [2.0, np.nan, 2.0]])
    times = START_MS + HOUR_MS * np.arange(3, dtype=np.int64)
    return CandleHistory(
        ("AUSDT", "BUSDT"), HOUR_MS, times, close - 1, close + 2, close - 2, close, close * 3, taker
    )


def test_a_bar_is_delivered_as_the_candles_that_exist():
    event = candles_at(a_history(), 0)

    assert (event.open_time_ms, event.event_time_ms) == (START_MS, START_MS + HOUR_MS - 1)
    assert [candle.symbol for candle in event.candles] == ["AUSDT", "BUSDT"]
    first = event.candles[0]
    assert (first.open, first.high, first.low, first.close, first.volume) == (99.0, 102.0, 98.0, 100.0, 300.0)
    assert (first.taker_buy_volume, first.is_closed, first.close_time_ms) == (1.0, True, event.event_time_ms)


def test_a_missing_candle_is_not_delivered_and_a_missing_taker_volume_is_none():
    (only,) = candles_at(a_history(), 1).candles

    assert (only.symbol, only.taker_buy_volume) == ("AUSDT", None)


class Venue:
    """Answers with one word a bar and one a command, and writes down what it is told."""

    def __init__(self, diary):
        self.diary = diary

    def feed(self, history, bar):
        self.diary.append(f"candle {bar}")
        return (OrderChanged(bar, "AUSDT", f"bar-{bar}", OrderState.WORKING),)

    def send(self, command, now_ms):
        self.diary.append(f"{command.client_order_id} at {now_ms - START_MS}")
        return (OrderChanged(now_ms, "AUSDT", f"answer-{command.order_id}", OrderState.CANCELED),)


class Engine:
    """Asks for two cancellations at every close."""

    def __init__(self, diary):
        self.diary = diary

    def handle(self, event):
        if isinstance(event, CandlesClosed):
            self.diary.append("decides")
            return Step((), tuple(CancelOrder("AUSDT", f"cancel-{number}", number) for number in (1, 2)))
        self.diary.append(f"learns {event.client_order_id}")
        return Step((), ())


def test_news_comes_before_the_decision_and_each_answer_before_the_next_command():
    diary, done = [], []

    step_through(a_history(), Venue(diary), Engine(diary), done.append)

    close = HOUR_MS - 1
    assert diary[:7] == [
        "candle 0", "learns bar-0", "decides",
        f"cancel-1 at {close}", "learns answer-1", f"cancel-2 at {close}", "learns answer-2",
    ]  # fmt: skip
    assert done == [0, 1, 2]


HOLD, ORDERED = Code.HOLD.value, Code.ORDERED.value


@pytest.mark.parametrize(
    ("every", "kept"),
    [(True, [HOLD, HOLD, ORDERED, HOLD, ORDERED, HOLD]), (False, [HOLD, HOLD, ORDERED, ORDERED])],
)
def test_decisions_that_act_or_say_something_new_are_kept(every, kept):
    recording, last = Recording(), np.full(2, -1)

    for codes in ([HOLD, HOLD], [ORDERED, HOLD], [ORDERED, HOLD]):
        decisions = np.zeros(2, dtype=DECISION)
        decisions["code"] = codes
        keep_decisions(recording, decisions, last, every=every)

    assert recording.joined("decisions")["code"].tolist() == kept
    assert (recording.codes[HOLD], recording.codes[ORDERED]) == (4, 2)


def test_what_is_known_beside_the_candles_is_delivered_with_them_and_the_unknown_is_not():
    known = np.array([[1e-4, np.nan, 2e-4], [np.nan, np.nan, 3e-4]])
    history = replace(a_history(), series={"funding_rate": known})

    events = [candles_at(history, bar) for bar in range(3)]

    assert events[0].series == (SeriesValue("AUSDT", "funding_rate", 1e-4),)
    assert events[1].series == ()
    assert [value.value for value in events[2].series] == [2e-4, 3e-4]
