"""The log for machines: every line one JSON object, private, bounded, and never in the way."""

import errno
import io
import json
import os
import stat
from dataclasses import replace
from datetime import datetime

import pytest

from alphastrike.app.onlookers import ALERTS, onlookers
from alphastrike.app.paper_session import open_session
from alphastrike.app.run_log import LOG, RunLog, news_of
from tests.markets import configured
from tests.unit.live.test_view import HALTED, PICTURE


def lines_of(folder, name=LOG):
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def log(tmp_path):
    """A log of a megabyte at most."""
    log = RunLog(tmp_path, 1.0, ALERTS)
    yield log
    log.close()


def test_a_close_its_orders_and_the_breaker_are_lines_of_their_own(log, tmp_path):
    log.watch(PICTURE, ("buy 1 A", "sell 2 B"))
    log.watch(replace(PICTURE, breaker=HALTED), ())

    found = lines_of(tmp_path)
    assert [line["event"] for line in found] == ["order", "order", "breaker", "close", "breaker", "close"]
    assert [line["order"] for line in found[:2]] == ["buy 1 A", "sell 2 B"]
    assert (found[2]["level"], found[4]["level"]) == ("info", "warning")
    assert found[3]["equity"] == PICTURE.equity
    assert found[3]["positions"] == {"BTCUSDT": -4200.0}
    assert found[3]["market_time"] == "2023-12-31T23:59:59.999+00:00"
    assert all(datetime.fromisoformat(line["time"]).utcoffset().total_seconds() == 0 for line in found)


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("warming up on the market's past", "info"),
        ("note: BTCUSDT: a fill by an order that is not ours", "warning"),
        ("UNPROTECTED BTCUSDT +1: stops at the venue cover 0", "error"),
        ("alert (critical): look", "error"),
    ],
)
def test_what_is_said_has_the_level_it_deserves(log, tmp_path, line, level):
    log.say(line)

    assert [(each["event"], each["level"], each["text"]) for each in lines_of(tmp_path)] == [
        ("said", level, line)
    ]


@pytest.mark.skipif(os.name == "nt", reason="permissions are another matter there")
def test_the_log_is_its_owner_s_alone(log, tmp_path):
    log.say("something")

    assert stat.S_IMODE((tmp_path / LOG).stat().st_mode) == 0o600


def test_it_never_holds_more_than_was_asked_for(tmp_path):
    log = RunLog(tmp_path, 0.05, ALERTS)
    for number in range(2_000):
        log.say(f"line {number:06}")
    log.close()

    files = sorted(tmp_path.glob(f"{LOG}*"))
    assert len(files) == 5
    assert sum(file.stat().st_size for file in files) <= 50_000
    assert lines_of(tmp_path)[-1]["text"] == "line 001999"


class FullDisk(io.StringIO):
    """A file on a disk without room."""

    def write(self, text):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_takes_no_more_stops_nothing(log, tmp_path, capsys):
    log.say("first")
    log._handler.stream.close()
    log._handler.stream = FullDisk()

    log.say("second")

    assert capsys.readouterr().err == ""
    assert [line["text"] for line in lines_of(tmp_path)] == ["first"]


@pytest.mark.parametrize(("megabytes", "kept"), [(1.0, True), (0.0, False)])
def test_a_run_keeps_one_unless_told_otherwise(tmp_path, megabytes, kept):
    session = open_session(tmp_path, is_fresh=False)
    config = configured(live={"log_megabytes": megabytes})
    with onlookers(config, session, (lambda _: None, lambda _: None), None, {}) as (watch, say):
        say("warming up on the market's past")
        watch(PICTURE)
        watch(PICTURE)

    assert (tmp_path / LOG).exists() is kept
    if kept:
        assert [line["event"] for line in lines_of(tmp_path)] == [
            "said", "order", "breaker", "close", "close",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("latest", "before", "new"),
    [
        (("c", "b", "a"), ("b", "a"), ("c",)),
        (("b", "a"), (), ("a", "b")),
        (("b", "a"), ("b", "a"), ()),
        (("d", "c"), ("b", "a"), ("c", "d")),
    ],
)
def test_new_orders_are_told_oldest_first(latest, before, new):
    assert news_of(latest, before) == new
