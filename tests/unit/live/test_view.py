"""What a person sees: a screen on a terminal, plain lines in a pipe."""

import io
from dataclasses import replace

from rich.console import Console

from alphastrike.live.picture import CategoryLine, LeverageLine, Picture, PositionLine, as_status
from alphastrike.live.risk_picture import BreakerLine, LimitLine
from alphastrike.live.view import line, screen, shown

PICTURE = Picture(
    title="paper: ensemble on the synthetic market, seed 7",
    time_ms=1_704_067_199_999,
    initial_equity=10_000.0,
    equity=10_250.5,
    drawdown=0.034,
    gross_notional=4_200.0,
    trades=12,
    fees=8.4,
    funding=-1.25,
    leverage=LeverageLine(2.5, 0.91, 1.0, 0.6),
    breaker=BreakerLine("normal", "none", 0.0, 0.0, "nothing to leave"),
    limits=(
        LimitLine("gross_exposure", 4_200.0, 25_626.25, "quote", passes=True),
        LimitLine("stressed_loss", None, 615.0, "quote", passes=False),
    ),
    positions=(PositionLine("BTCUSDT", -4_200.0, 61_234.5, 60_000.0, 84.2),),
    categories=(CategoryLine("order_flow", 0.7, 2, 4), CategoryLine("macro", 0.0, 0, 4)),
    verdicts={f"S{number}USDT": "low_conviction" for number in range(8)} | {"BTCUSDT": "hold"},
    validator="passes",
    orders=("sell 0.07 BTCUSDT market (entry)",),
)


HALTED = BreakerLine("halted", "day_loss", 0.0512, 0.05, "an operator who resumes")


def drawn(renderable, width=140):
    console = Console(file=io.StringIO(), width=width)
    console.print(renderable)
    return console.file.getvalue()


def test_the_screen_shows_account_leverage_positions_signals_verdicts_and_orders():
    text = drawn(screen(PICTURE))

    for shown_text in (
        "paper: ensemble", "2024-01-01 00:00 UTC", "10,250.50", "+250.50", "3.40%", "2.50x", "x 0.91",
        "x 0.60", "BTCUSDT", "-4,200", "61,234.5", "+84.20", "order_flow", "70.0%", "2/4", "macro", "0/4",
        "passes", "low_conviction", "3 more", "sell 0.07 BTCUSDT market (entry)",
    ):  # fmt: skip
        assert shown_text in text, shown_text


def test_an_empty_account_says_so():
    empty = replace(PICTURE, positions=(), categories=(), orders=(), verdicts={"BTCUSDT": "warm_up"})

    text = drawn(screen(empty))

    assert "flat" in text
    assert "none yet" in text
    assert "no signals of its own" in text
    assert " more" not in text


def test_one_line_says_the_same_in_short():
    text = line(PICTURE)

    assert text.startswith("2024-01-01 00:00 UTC equity 10,250.50 drawdown 3.40% leverage 2.50x positions 1")
    assert "1 hold, 8 low_conviction; sell 0.07 BTCUSDT market (entry)" in text


def test_a_pipe_gets_a_line_an_hour_and_one_for_each_new_order():
    console = Console(file=io.StringIO(), force_terminal=False, width=200)
    calm = [replace(PICTURE, time_ms=PICTURE.time_ms + minute * 60_000) for minute in range(0, 150, 5)]
    news = replace(calm[3], orders=("buy 1 ETHUSDT market (exit)", *PICTURE.orders))

    with shown(console) as show:
        for picture in (*calm[:3], news, *(replace(each, orders=news.orders) for each in calm[4:])):
            show(picture)

    lines = console.file.getvalue().splitlines()
    assert [each[11:16] for each in lines] == ["00:00", "00:15", "01:15", "02:15"]


def test_the_screen_shows_each_limit_with_its_use_and_a_calm_breaker_in_a_word():
    text = drawn(screen(PICTURE))

    for shown_text in ("gross_exposure", "4,200 / 25,626", "stressed_loss", "unknown / 615", "normal"):
        assert shown_text in text, shown_text
    assert "nothing to leave" not in text


def test_the_screen_shows_what_tripped_the_breaker_and_what_would_end_it():
    text = drawn(screen(replace(PICTURE, breaker=HALTED)))

    for shown_text in ("halted", "day_loss", "0.0512 / 0.05", "an operator who resumes"):
        assert shown_text in text, shown_text


def test_a_pipe_is_told_when_the_breaker_moves_and_only_then():
    console = Console(file=io.StringIO(), force_terminal=False, width=200)
    cooling = replace(HALTED, state="cooldown", trigger="operator", left_by="24.0 h more")
    states = (PICTURE.breaker, HALTED, HALTED, cooling, PICTURE.breaker)

    with shown(console) as show:
        for minute, breaker in enumerate(states):
            show(replace(PICTURE, time_ms=PICTURE.time_ms + minute * 60_000, breaker=breaker))

    told = [each for each in console.file.getvalue().splitlines() if " breaker " in each]
    assert told == [
        "2024-01-01 00:01 UTC breaker halted because of day_loss (0.0512 / 0.05), "
        "left by: an operator who resumes",
        "2024-01-01 00:03 UTC breaker cooldown because of operator (0.0512 / 0.05), left by: 24.0 h more",
        "2024-01-01 00:04 UTC breaker normal",
    ]


def test_a_terminal_keeps_the_last_screen():
    console = Console(file=io.StringIO(), force_terminal=True, width=140)

    with shown(console) as show:
        show(PICTURE)

    assert "10,250.50" in console.file.getvalue()


def test_a_status_is_plain_data():
    status = as_status(PICTURE)

    assert status["leverage"]["leverage"] == 2.5
    assert status["positions"][0]["symbol"] == "BTCUSDT"
