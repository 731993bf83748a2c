"""The exposure limits of stage 7 worked out by hand, as the oracle of what its kernels let through."""

from tests.desks import Trader

STEP = 0.001
HAIR = 1 + 1e-9
VENUE_LEVERAGE = 20.0


def keeps_every_limit(trader: Trader, symbol: int, side: int) -> None:
    """Assert that the account with the symbol's new order keeps every limit, all on its way filled."""
    desk = trader.desk
    rules, equity = desk.rules[0], float(desk.account[0]["equity"])
    budget = float(desk.state[0]["leverage"]) * equity
    gross = net = cluster = 0.0
    count = 0
    for row in range(desk.positions.shape[0]):
        least, most = at_worst(trader, row)
        if row == symbol:
            most = least = int(trader.intent(symbol)["target_lots"])
        price = float(desk.positions[row]["mark_price"]) * STEP
        size = max(abs(most), abs(least)) * price
        assert row != symbol or size <= rules["symbol_exposure"] * budget * HAIR
        gross += size
        cluster += size if desk.watch[row]["cluster"] == desk.watch[symbol]["cluster"] else 0.0
        net += (most if side > 0 else -least) * price
        count += size > 0
    assert gross <= budget * HAIR
    assert cluster <= rules["cluster_exposure"] * budget * HAIR
    assert net <= rules["net_exposure"] * budget * HAIR
    assert gross / VENUE_LEVERAGE <= rules["initial_margin"] * equity * HAIR
    assert count <= rules["max_positions"]
    _suits_the_symbol(trader, symbol, side)


def at_worst(trader: Trader, row: int) -> tuple[int, int]:
    """Fewest and most lots of a symbol once its opening orders have filled."""
    desk = trader.desk
    least = most = int(desk.positions[row]["lots"])
    for order in desk.orders[row, : desk.order_count[row]]:
        if not order["reduce_only"]:
            left = int(order["side"]) * int(order["lots"] - order["filled_lots"])
            least, most = min(least, least + left), max(most, most + left)
    return least, most


def _suits_the_symbol(trader: Trader, symbol: int, side: int) -> None:
    desk = trader.desk
    restraint, watch, rules = desk.restraints[symbol], desk.watch[symbol], desk.rules[0]
    assert restraint["entries_allowed"] == 1
    assert side > 0 or restraint["shorts_allowed"] == 1
    if 0 <= watch["funding_ms"] - trader.now_ms <= 5 * 60_000:
        assert watch["funding_rate"] * side <= 0.0005
    stop, mark = float(trader.intent(symbol)["stop_price"]), float(desk.positions[symbol]["mark_price"])
    assert abs(stop / mark - 1.0) <= rules["price_band"] * HAIR
