"""Live sessions on a practice exchange, over the wire of each venue, in simulated time."""

import pytest

from alphastrike.app.discovery import available
from alphastrike.app.paper_session import journal_path
from alphastrike.app.retrace import verify_journal
from alphastrike.transport.virtual_time import run_in_simulated_time
from tests.live_runs import assert_unharmed, kill_run, on_ground

ADAPTERS = sorted(
    name
    for name, load in available("adapters").items()
    if getattr(load(), "dialect", "") and load().capabilities.supports_user_streams
)


def on_the_ground(state, work, *, hours=3, name="binance", **options):
    return run_in_simulated_time(on_ground(name, state, work, hours=hours, **options))


@pytest.mark.parametrize("seed", [1])
def test_a_session_killed_at_seeded_points_ends_as_the_venue_has_it(seed, tmp_path):
    run = kill_run("binance", tmp_path, seed=seed, hours=2, kills=6)

    assert run.kills == 6
    assert run.executed
    assert_unharmed(run)
    assert verify_journal(journal_path(tmp_path)).commands >= len(run.landed)


@pytest.mark.long
@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("seed", range(4))
def test_a_day_killed_fifty_times_ends_as_the_venue_has_it(name, seed, tmp_path):
    run = kill_run(name, tmp_path, seed=100 + seed, hours=24, kills=50)

    assert run.kills == 50
    assert_unharmed(run)
