"""An account's arrays: how it starts, and how it is kept."""

import numpy as np
import pytest

from alphastrike.domain.ledger import ORDER_SLOTS, Ledger, Outbox, Tape
from tests.builders import an_order


def test_a_fresh_account_is_its_cash_and_nothing_else():
    ledger = Ledger.opened(3, 10_000.0)

    account = ledger.account[0]
    assert [account[name] for name in ("wallet", "equity", "equity_peak", "day_start_equity")] == [
        10_000.0
    ] * 4
    assert account["next_order_id"] == 1
    assert not ledger.positions["lots"].any()
    assert not ledger.order_count.any()


def test_a_restored_ledger_is_the_one_that_was_kept():
    kept = Ledger.opened(2, 10_000.0)
    kept.positions[1]["lots"] = -7
    kept.orders[1, 0] = an_order(1, 5, number=9)
    kept.order_count[1] = 1
    kept.account[0]["wallet"] = 1 / 3
    other = Ledger.opened(2, 1.0)

    other.restore(kept.snapshot())

    assert other.snapshot() == kept.snapshot()
    assert other.orders[1, 0]["order_id"] == 9


def test_half_a_snapshot_is_refused():
    ledger = Ledger.opened(2, 10_000.0)

    with pytest.raises(ValueError, match="buffer is smaller"):
        Ledger.opened(2, 1.0).restore(ledger.snapshot()[:100])


def test_buffers_have_the_room_they_promise():
    tape, outbox = Tape.blank(10), Outbox.blank(3)

    assert (tape.fills.size, tape.funding.size, tape.notices.size) == (10, 10, 30)
    assert outbox.orders.size == 3 * (ORDER_SLOTS + 3)  # every slot canceled, an order and its two exits
    assert not np.any(outbox.used)
