"""A position without a stop is noticed after a second in which nothing was on its way."""

from dataclasses import dataclass, field

import pytest

from alphastrike.domain.events import CashMoved, StopMissing
from alphastrike.live.account_reconciler import Trader
from alphastrike.live.inbox import Inbox
from alphastrike.live.stop_guard import StopGuard


@dataclass
class Books:
    is_bare: bool = True
    leaves: bool = False

    def is_covered(self, symbol):
        return not self.is_bare

    def is_leaving(self, symbol):
        return self.leaves


@dataclass
class Clock:
    ms: int = 0

    def now_ms(self):
        return self.ms


@dataclass
class Scene:
    books: Books = field(default_factory=Books)
    clock: Clock = field(default_factory=Clock)
    inbox: Inbox = field(default_factory=Inbox)
    is_idle: bool = True

    def guard(self):
        trader = Trader(None, self.clock, ("BTCUSDT",), "USDT")
        return StopGuard(self.books, trader, self.inbox, lambda symbol: self.is_idle)

    def told(self, guard, *instants):
        for self.clock.ms in instants:
            guard.look()
        return self.inbox.taken()


@pytest.fixture
def scene():
    return Scene()


def test_a_bare_position_is_told_after_a_second(scene):
    guard = scene.guard()

    assert scene.told(guard, 0, 500, 999) is None
    assert scene.told(guard, 1_000) == StopMissing(1_000, "BTCUSDT")


def test_it_is_told_again_while_nothing_comes_of_it(scene):
    guard = scene.guard()
    scene.told(guard, 0, 1_000)
    scene.inbox.taken()

    assert scene.told(guard, 1_500, 2_500) == StopMissing(2_500, "BTCUSDT")


@pytest.mark.parametrize("comfort", ["covered", "leaving", "on its way", "news"])
def test_whatever_may_still_protect_is_waited_for(scene, comfort):
    guard = scene.guard()
    scene.told(guard, 0)
    scene.books.is_bare = comfort != "covered"
    scene.books.leaves = comfort == "leaving"
    scene.is_idle = comfort != "on its way"
    if comfort == "news":
        scene.inbox.put(CashMoved(1, 1.0))

    guard.look()
    scene.clock.ms = 5_000
    guard.look()

    assert scene.inbox.taken() == (CashMoved(1, 1.0) if comfort == "news" else None)


def test_a_moment_of_protection_starts_the_second_anew(scene):
    guard = scene.guard()
    scene.told(guard, 0)
    scene.books.is_bare = False
    scene.told(guard, 900)
    scene.books.is_bare = True

    assert scene.told(guard, 1_000, 1_900) is None
