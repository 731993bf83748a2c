"""Codes, stages and reasons as journals and reports name them."""

import pytest

from alphastrike.domain.errors import AlphaStrikeError, VenueError, VenueOutcomeUnknown
from alphastrike.domain.outcomes import Code, Reason, Stage


def test_every_code_belongs_to_the_stage_of_its_hundred():
    assert Code.GAP.stage is Stage.GATEWAY
    assert Code.NO_ORDER_SLOT.stage is Stage.EXECUTION
    assert {code.stage for code in Code if code.value >= 100} == set(Stage)


@pytest.mark.parametrize("code", [Code.PASSED, Code.HOLD, Code.ORDERED])
def test_codes_below_a_hundred_halted_nowhere(code):
    assert code.stage is None


def test_codes_and_reasons_are_written_in_small_letters():
    assert Code.PRICE_JUMP.label == "price_jump"
    assert Reason.TAKE_PROFIT.label == "take_profit"


def test_an_order_in_doubt_names_itself_and_the_venue_and_says_what_to_do():
    error = VenueOutcomeUnknown("run-BTCUSDT-7", "binance")

    assert (error.client_order_id, error.venue) == ("run-BTCUSDT-7", "binance")
    assert "query it by client order id" in str(error)
    assert isinstance(error, VenueError)
    assert isinstance(error, AlphaStrikeError)
