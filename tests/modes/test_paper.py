"""Paper is the backtest's engine on a feed: same decisions, and a crash changes none of them."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.app.operator import revoke
from alphastrike.app.paper import Trading, open_paper, paper_driver
from alphastrike.app.paper_entry import PaperTerms, paper_embedded
from alphastrike.app.paper_files import journal_path
from alphastrike.app.paper_market import embedded_market
from alphastrike.app.paper_session import open_session
from alphastrike.app.retrace import verify_journal
from alphastrike.app.stepped_run import BarRecorder
from alphastrike.backtest.recording import Recording
from alphastrike.domain.errors import DataError
from alphastrike.live.driver import Stopping, heard_in
from alphastrike.live.journal import Journal, read_journal
from alphastrike.live.order_box import drop_order
from alphastrike.live.pacing import Pace
from alphastrike.live.past import history_of
from alphastrike.live.state_folder import owned, read_status
from tests.markets import EAGER, configured
from tests.runs import KINDS

BARS = 300
CONFIG = configured(
    paper={"interval": "1h", "warm_up_days": 30, "most_days": 20},
    strategy={"name": "ema_cross"},
    data={"symbols": ["BTCUSDT", "ETHUSDT", "SOLUSDT"]},
    **EAGER,
)


def silent(_anything):
    """Nobody watches."""


def session(state: Path, *, config=CONFIG, hours: int = BARS, watch=silent, fresh: bool = False):
    terms = PaperTerms(float("inf"), hours * 3_600_000)
    opened = open_session(state, is_fresh=fresh)
    return asyncio.run(paper_embedded(config, opened, terms, watch, silent))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    """The journal of a run that nothing interrupted."""
    state = tmp_path_factory.mktemp("whole")
    session(state)
    return journal_path(state).read_bytes()


def test_paper_decides_and_trades_as_a_stepped_backtest_does(tmp_path):
    market, feed = embedded_market(CONFIG, Pace(float("inf")))
    run, twin = open_paper(CONFIG, market), open_paper(CONFIG, market)
    journal = Journal.opened(tmp_path / "journal.jsonl")

    driver = paper_driver(run, Trading(run, silent), journal)
    asyncio.run(driver.run(feed.closes((), BARS), Stopping()))

    recording = Recording()
    recorder = BarRecorder(twin.assembly, recording, twin.engine, twin.risk)
    venue = SimulatedSession(
        twin.assembly.venue, twin.assembly.instruments, twin.assembly.rates, twin.provenance.run_id
    )
    for heard in heard_in(read_journal(journal.path)):
        candles = heard.candles
        for event in venue.feed(history_of((candles,), market.past.symbols, candles.interval_ms), 0):
            twin.engine.handle(event)
        for command in twin.engine.handle(candles).commands:
            for event in venue.send(command, candles.close_time_ms):
                twin.engine.handle(event)
        recorder.record(every=True)
        venue.rewind()
    assert run.recording.joined("fills").size > 20
    for kind in KINDS:
        assert run.recording.joined(kind).tobytes() == recording.joined(kind).tobytes(), kind


def test_a_journal_answers_the_same_byte_for_byte(whole, tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(whole)

    found = verify_journal(path)

    assert found.is_finished
    assert found.events > BARS
    assert found.commands > 20


@pytest.mark.parametrize("share", np.random.default_rng(5).uniform(0.01, 0.999, 6).round(4).tolist())
def test_a_run_killed_anywhere_ends_as_if_it_had_not_been(share, whole, tmp_path):
    path = journal_path(tmp_path)
    header = whole.index(b"\n") + 1
    path.write_bytes(whole[: header + int(share * (len(whole) - header))])

    session(tmp_path)

    assert path.read_bytes() == whole


def test_a_journal_of_another_configuration_is_not_gone_on_with(whole, tmp_path):
    path = journal_path(tmp_path)
    path.write_bytes(whole[: len(whole) // 2])
    other = CONFIG.model_copy(update={"backtest": CONFIG.backtest.model_copy(update={"seed": 11})})

    with pytest.raises(DataError, match="has another run_id; allowed"):
        session(tmp_path, config=other)

    assert path.read_bytes() == whole[: len(whole) // 2]


def test_a_journal_that_comes_out_differently_is_refused_by_name(whole, tmp_path):
    changed = tmp_path / "journal.jsonl"
    journal = Journal.opened(changed)
    source = tmp_path / "source.jsonl"
    source.write_bytes(whole)
    for record in read_journal(source):
        data = dict(record.data)
        if data.get("commands"):
            data["commands"] = data["commands"][:-1]
        journal.append(record.kind, data)
    journal.close()

    with pytest.raises(DataError, match="commands differ"):
        verify_journal(changed)


def test_fresh_sets_an_unfinished_journal_aside(whole, tmp_path):
    half = whole[: len(whole) // 2]
    journal_path(tmp_path).write_bytes(half)

    session(tmp_path, hours=10, fresh=True)

    assert (tmp_path / "journal-1.jsonl").read_bytes() == half
    assert sum(record.kind == "end" for record in read_journal(journal_path(tmp_path))) == 1


def test_a_finished_journal_makes_room_for_the_next_run(tmp_path):
    session(tmp_path, hours=5)
    finished = journal_path(tmp_path).read_bytes()

    session(tmp_path, hours=5)

    assert (tmp_path / "journal-1.jsonl").read_bytes() == finished


def test_a_stop_order_ends_the_run_after_the_close_in_hand(tmp_path):
    seen = []

    def watch(picture):
        seen.append(picture)
        if len(seen) == 7:
            drop_order(tmp_path, "stop")

    result = session(tmp_path, watch=watch)

    assert len(seen) == result.equity.size == 7
    assert read_status(tmp_path)["time_ms"] == int(result.equity["ts_ms"][-1])


def test_a_killed_process_goes_on_where_it_was(tmp_path):
    config = tmp_path / "alphastrike.toml"
    config.write_text(
        '[paper]\ninterval = "1h"\nwarm_up_days = 30\nmost_days = 20\n[strategy]\nname = "ema_cross"\n'
        "[validation]\nreference_hours = 500\nshort_window_hours = 72\nlong_window_hours = 240\n"
    )
    command = [sys.executable, "-m", "alphastrike", "paper", "--duration", "300h", "--json", "--out", "out"]
    journal = tmp_path / "data" / "state" / "journal.jsonl"
    with subprocess.Popen(
        [*command, "--speed", "100000x"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as first:
        while first.poll() is None and not (journal.is_file() and journal.read_bytes().count(b"\n") > 60):
            time.sleep(0.01)
        first.send_signal(signal.SIGKILL)
    before = journal.read_bytes()

    again = subprocess.run(
        [*command, "--speed", "max"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert "going on with run" in again.stderr
    assert journal.read_bytes().startswith(before[: before.rindex(b"\n")])
    assert verify_journal(journal).is_finished


GUARDED = CONFIG.model_copy(
    update={
        "backtest": CONFIG.backtest.model_copy(update={"llm": "rules"}),
        "llm": CONFIG.llm.model_copy(
            update={"triggers": CONFIG.llm.triggers.model_copy(update={"losses": 2, "cooldown_hours": 12.0})}
        ),
    }
)


def test_interventions_survive_a_killed_process_and_a_journal_with_them_answers_the_same(tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"

    kept = session(whole, config=GUARDED)
    text = journal_path(whole).read_bytes()
    cut.mkdir()
    journal_path(cut).write_bytes(text[: int(0.6 * len(text))])
    again = session(cut, config=GUARDED)

    assert sum(row["intervention_id"] is not None for row in kept.interventions) > 2
    assert again.interventions == kept.interventions
    assert journal_path(cut).read_bytes() == text
    assert b"InterventionProposed" in text
    assert verify_journal(journal_path(whole)).is_finished


VETOED_HOURS = 40


@pytest.fixture(scope="module")
def vetoed(tmp_path_factory):
    """A run whose first interventions were vetoed as soon as they were listed: folder, ids, when, result."""
    state = tmp_path_factory.mktemp("vetoed")
    told = []

    def watch(picture):
        if not told and read_status(state)["interventions"]:
            told.append((picture.time_ms, revoke(state, (), is_all=True, is_veto=True)))

    with owned(state):
        result = session(state, config=GUARDED, hours=VETOED_HOURS, watch=watch)
    return state, *told[0], result


def test_a_veto_is_journaled_after_the_close_it_came_at_and_holds_at_once(vetoed):
    state, time_ms, ids, result = vetoed

    records = list(read_journal(journal_path(state)))
    at = next(
        number
        for number, record in enumerate(records)
        if record.kind == "told" and record.data["event"]["is"] == "InterventionRevoked"
    )

    closes = heard_in(records[:at])
    assert closes[-1].candles.close_time_ms == time_ms
    assert [record.kind for record in records[at : at + 3]] == ["told", "step", "heard"]
    assert records[at].data["event"]["intervention_ids"] == ids
    ended = {row["intervention_id"]: row["expires_ms"] for row in result.interventions}
    assert {ended[each] for each in ids} == {time_ms + 1}
    assert not set(ids) & {row["intervention_id"] for row in read_status(state)["interventions"]}


@pytest.mark.parametrize("lines", [0, 15])
def test_a_run_killed_after_a_veto_lives_through_it_again(vetoed, lines, tmp_path):
    state, _, _, result = vetoed
    whole = journal_path(state).read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(whole) if b"InterventionRevoked" in line)
    journal_path(tmp_path).write_bytes(b"".join(whole[: at + 1 + lines]))

    again = session(tmp_path, config=GUARDED, hours=VETOED_HOURS)

    assert journal_path(tmp_path).read_bytes() == b"".join(whole)
    assert again.interventions == result.interventions


def test_a_journal_with_a_veto_answers_the_same_byte_for_byte(vetoed):
    assert verify_journal(journal_path(vetoed[0])).is_finished
