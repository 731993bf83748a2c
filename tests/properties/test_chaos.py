"""Whatever goes wrong on the wire, no position is doubled and the account ends up as the venue has it."""

from contextlib import asynccontextmanager

import numpy as np
import pytest

from alphastrike.adapters.binance.websocket import BinanceWebSocket
from alphastrike.app.discovery import available
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.streams import StreamState
from alphastrike.simulator.faults import CATALOGUE, Fault, plan_of, random_plan
from alphastrike.transport.account_mirror import AccountMirror
from alphastrike.transport.lane import Lane
from tests.chaos_runs import ChaosRun, assert_unharmed, chaos_run

ADAPTERS = [
    name
    for name, load in available("adapters").items()
    if getattr(load(), "dialect", "") and load().capabilities.supports_user_streams
]
RUNS = 50


def a_random_run(adapter, seed):
    chance = np.random.default_rng(seed)
    return chaos_run(adapter, random_plan(chance, int(chance.integers(1, 6)), 50.0), seed)


@pytest.mark.parametrize("fault", CATALOGUE)
def test_every_fault_of_the_catalogue_leaves_the_account_whole(fault):
    run = chaos_run("binance", [Fault(fault, 15.0, 8.0)], seed=11)

    assert [each.name for each in run.faults] == [fault]
    assert run.sent
    assert_unharmed(run)


@pytest.mark.long
@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("fault", CATALOGUE)
def test_every_fault_leaves_the_account_whole_on_every_wire(fault, adapter):
    for seed in range(5):
        assert_unharmed(chaos_run(adapter, [Fault(fault, 15.0, 8.0)], seed))


@pytest.mark.parametrize("seed", range(RUNS))
def test_random_faults_leave_the_account_whole(seed):
    assert_unharmed(a_random_run(ADAPTERS[seed % len(ADAPTERS)], seed))


@pytest.mark.long
@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("block", range(10))
def test_a_hundred_seeds_of_random_faults(adapter, block):
    broken = []
    for seed in range(1000 + block * 100, 1100 + block * 100):
        try:
            assert_unharmed(a_random_run(adapter, seed))
        except AssertionError as error:
            broken.append((seed, str(error)[:300]))

    assert broken == []


def test_the_oracles_notice_a_client_that_never_asks_what_it_missed(monkeypatch):
    async def no_news(mirror):
        return True

    monkeypatch.setattr(AccountMirror, "reconcile", no_news)

    with pytest.raises(AssertionError):
        assert_unharmed(chaos_run("binance", [Fault("request_lost", 15.0, 20.0)], seed=11))


def test_the_oracles_notice_requests_that_run_abreast_into_a_ban(monkeypatch):
    @asynccontextmanager
    async def no_turn(lane, *, is_order):
        yield

    monkeypatch.setattr(Lane, "turn", no_turn)

    with pytest.raises(AssertionError, match="in a ban"):
        assert_unharmed(a_random_run(ADAPTERS[33 % len(ADAPTERS)], 33))


def test_the_oracles_notice_orders_sent_without_a_book(monkeypatch):
    monkeypatch.setattr(BinanceWebSocket, "book_state", lambda websocket, symbol: StreamState.CLOSED)

    run = chaos_run("binance", [Fault("frozen_books", 15.0, 8.0)], seed=11)

    assert run.sent_without_book


def test_the_oracles_notice_an_order_that_landed_twice():
    with pytest.raises(AssertionError, match="twice"):
        assert_unharmed(ChaosRun(landed=["a", "a"], healed=True))


def test_a_plan_is_the_same_for_the_same_seed_and_refuses_what_it_does_not_know():
    assert plan_of("random:5/60", 3) == plan_of("random:5/60", 3)
    assert plan_of("gap@20,ban@10+3", 0) == (Fault("ban", 10.0, 3.0), Fault("gap", 20.0, 5.0))
    with pytest.raises(ConfigError, match="earthquake"):
        plan_of("earthquake@3", 0)
