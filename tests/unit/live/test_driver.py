"""What is on the disk before an order leaves, and what waits until it has left."""

import asyncio
import os

import pytest

from alphastrike.domain.commands import CancelOrder, Step
from alphastrike.domain.events import CandlesClosed, FundingAnnounced
from alphastrike.live import journal as journal_module
from alphastrike.live.driver import Driver, Stopping
from alphastrike.live.journal import Journal, read_journal
from alphastrike.live.parts import Heard

CLOSE = Heard(CandlesClosed(3_600_000, 0, 3_600_000, ()))
SOON = FundingAnnounced(3_599_999, "BTCUSDT", 0.0001, 7_200_000)


class Acts(list):
    """What was done, in order; it is also engine, venue and the journal's system."""

    def handle(self, event):
        self.append(f"handle {type(event).__name__}")
        is_close = isinstance(event, CandlesClosed)
        return Step((), (CancelOrder("BTCUSDT", "a1", 1),) if is_close else ())

    def live_through(self, heard):
        return (SOON,)

    def send(self, command, now_ms):
        self.append("send")
        return ()

    async def sent(self):
        await asyncio.sleep(0)
        self.append("sent")

    def fsync(self, handle):
        self.append("disk")
        os.fsync(handle)

    def __getattr__(self, name):
        return getattr(os, name)


@pytest.fixture
def acts(tmp_path, monkeypatch):
    """A driver has lived through one close."""
    acts = Acts()
    journal = Journal.opened(tmp_path / "journal.jsonl")
    monkeypatch.setattr(journal_module, "os", acts)

    async def feed():
        yield CLOSE

    driver = Driver(acts, acts, journal, lambda heard: acts.append("after"))
    asyncio.run(driver.run(feed(), Stopping()))
    return acts


def test_one_flush_covers_what_was_heard_and_decided_and_comes_before_the_order(acts):
    assert acts[:4] == ["handle FundingAnnounced", "handle CandlesClosed", "disk", "send"]


def test_bookkeeping_waits_until_the_orders_are_out(acts):
    assert acts[4:7] == ["sent", "disk", "after"]


def test_the_journal_holds_the_close_its_news_and_the_decision(acts, tmp_path):
    records = list(read_journal(tmp_path / "journal.jsonl"))

    assert [record.kind for record in records] == ["heard", "step", "step"]
    assert len(records[2].data["commands"]) == 1
