"""No order the desk sends exceeds a limit, counting everything on its way the worse way."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code
from alphastrike.risk.kernel_foresight import foresee
from alphastrike.risk.kernel_pretrade import refused_by
from tests.builders import an_instrument, an_order
from tests.desks import Trader, a_trader

SYMBOLS = 5
STEP = 0.001
HAIR = 1 + 1e-9
seeds = st.integers(0, 10**6)


@dataclass(frozen=True)
class Exposure:
    """What a book would be worth at worst, over the limits that apply to it."""

    symbol: float
    gross: float
    net: float
    margin: float
    count: int


def a_random_desk(seed: int) -> tuple[Trader, np.random.Generator]:
    """Positions, stops, entries and flips on their way, at random prices and leverage."""
    chance = np.random.default_rng(seed)
    tiers = [((0, "0.005", int(leverage)),) for leverage in chance.choice([3, 10, 50, 125], SYMBOLS)]
    instruments = [
        an_instrument(f"{name}USDT", tiers=tier, min_notional="5")
        for name, tier in zip("ABCDE", tiers, strict=True)
    ]
    trader = a_trader(
        *instruments,
        max_positions=int(chance.integers(1, 6)),
        risk_per_trade=float(chance.choice([0.005, 0.1])),
        symbol_exposure=float(chance.choice([0.35, 1.0])),
        venue_leverage=float(chance.choice([5, 20, 100])),
        stop_atr=float(chance.choice([0.3, 1.5])),
    )
    prices = 100.0 * np.exp(chance.normal(0.0, 1.0, SYMBOLS))
    for symbol, price in enumerate(prices):
        lots = int(chance.normal(0.0, 6e6) / price) if chance.random() < 0.5 else 0
        trader.hold(lots, float(price), symbol)
        if chance.random() < 0.4:
            order = an_order(1 if chance.random() < 0.5 else -1, int(chance.integers(1, 8e6) / price) + 1)
            order["filled_lots"] = int(order["lots"]) // 3
            trader.work(order, symbol)
        if lots:
            stop = an_order(-1 if lots > 0 else 1, abs(lots), OrderType.STOP_MARKET, at=1.0, reduce_only=True)
            trader.work(stop, symbol)
    trader.marked(*prices, volatility=float(chance.choice([0.012, 0.02, 0.05])))
    trader.desk.state[0]["leverage"] = float(chance.choice([1.0, 3.0, 10.0]))
    return trader, chance


def worst_after(trader: Trader, symbol: int) -> Exposure:
    """Worked out from the order book alone, in plain loops: the exposure once the order has filled."""
    desk = trader.desk
    target = int(desk.intents[symbol]["target_lots"])
    gross = net = margin = 0.0
    count = 0
    for row in range(SYMBOLS):
        held = int(desk.positions[row]["lots"])
        most = least = held
        for order in desk.orders[row, : desk.order_count[row]]:
            if not order["reduce_only"]:
                left = int(order["side"]) * int(order["lots"] - order["filled_lots"])
                most, least = (most + left, least) if left > 0 else (most, least + left)
        if row == symbol:
            most = least = target
        price = float(desk.positions[row]["mark_price"]) * STEP
        size = max(abs(most), abs(least)) * price
        gross += size
        margin += size / min(desk.rules[0]["venue_leverage"], desk.instruments[row]["max_leverage"])
        net += (most if target > 0 else -least) * price
        count += size > 0
    own = abs(target) * float(desk.positions[symbol]["mark_price"]) * STEP
    return Exposure(own, gross, net, margin, count)


@given(seed=seeds)
def test_an_order_that_opens_leaves_every_limit_kept_in_the_worst_case(seed):
    trader, chance = a_random_desk(seed)
    rules, state = trader.desk.rules[0], trader.desk.state[0]
    equity = float(trader.desk.account[0]["equity"])
    budget = float(state["leverage"]) * equity

    for symbol in range(SYMBOLS):
        held = int(trader.desk.positions[symbol]["lots"])
        forecast = float(chance.choice([-1.0, 1.0]))
        decision = trader.decision(forecast, symbol, conviction=float(chance.uniform(0, 100)))
        target = int(trader.intent(symbol)["target_lots"])
        opens = decision["code"] == Code.ORDERED and target * forecast > 0 and target * held <= 0
        if opens:
            after = worst_after(trader, symbol)
            assert after.symbol <= rules["symbol_exposure"] * budget * HAIR
            assert after.gross <= budget * HAIR
            assert after.net <= rules["net_exposure"] * budget * HAIR
            assert after.margin <= rules["initial_margin"] * equity * HAIR
            assert after.count <= rules["max_positions"]
        trader.planned(symbol)


@given(seed=seeds)
def test_a_position_is_never_made_larger_on_its_own_side(seed):
    trader, chance = a_random_desk(seed)

    for symbol in range(SYMBOLS):
        held = int(trader.desk.positions[symbol]["lots"])
        trader.decision(float(chance.choice([-1.0, 0.0, 1.0])), symbol)
        target = int(trader.intent(symbol)["target_lots"])

        if held:
            assert target * np.sign(held) <= abs(held)


@given(seed=seeds, equity=st.sampled_from([-5.0, 0.0, np.nan, 1e4]), atr=st.sampled_from([np.nan, 0.0, 0.01]))
def test_whatever_is_wrong_a_position_may_always_be_left(seed, equity, atr):
    trader, _ = a_random_desk(seed)
    trader.desk.account[0]["equity"] = equity

    for symbol in range(SYMBOLS):
        held = int(trader.desk.positions[symbol]["lots"])
        book = trader.desk.orders[symbol, : trader.desk.order_count[symbol]]
        on_its_way = bool(((book["order_type"] == OrderType.MARKET) & (book["reduce_only"] != 0)).any())
        if held and not on_its_way:
            trader.decision(-np.sign(held), symbol, atr=atr)

            assert trader.intent(symbol)["acts"] == 1
            assert trader.intent(symbol)["target_lots"] * np.sign(held) <= 0


@given(seed=seeds)
def test_a_stopped_out_entry_loses_at_most_the_risk_per_trade(seed):
    trader, chance = a_random_desk(seed)
    rules, equity = trader.desk.rules[0], float(trader.desk.account[0]["equity"])

    for symbol in range(SYMBOLS):
        forecast = float(chance.choice([-1.0, 1.0]))
        decision = trader.decision(forecast, symbol)
        intent = trader.intent(symbol)
        if decision["code"] == Code.ORDERED and np.isfinite(intent["stop_price"]):
            mark = float(trader.desk.positions[symbol]["mark_price"])
            loss = abs(int(intent["target_lots"])) * STEP * abs(mark - float(intent["stop_price"]))

            assert loss <= rules["risk_per_trade"] * equity * HAIR
            assert (mark - intent["stop_price"]) * forecast > 0


@given(seed=seeds)
def test_a_desk_restored_from_a_snapshot_judges_as_if_it_had_never_stopped(seed):
    trader, chance = a_random_desk(seed)
    other, _ = a_random_desk(seed)
    other.desk.state["leverage"] = 1.0
    other.desk.positions["lots"] = 0

    other.desk.restore(trader.desk.snapshot())

    for symbol in range(SYMBOLS):
        forecast = float(chance.choice([-1.0, 1.0]))
        for one in (trader, other):
            one.decision(forecast, symbol)
            one.planned(symbol)
    assert other.desk.snapshot() == trader.desk.snapshot()
    assert other.desk.decisions.tobytes() == trader.desk.decisions.tobytes()


@given(seed=seeds, rules=st.integers(0, 10**6))
def test_a_restraint_only_ever_makes_a_new_position_smaller(seed, rules):
    free, chance = a_random_desk(seed)
    held, _ = a_random_desk(seed)
    whim = np.random.default_rng(rules)
    numbers = [np.nan, np.inf, -1.0, 0.0, 0.3, 1.0, 60.0, 1e308]
    for symbol in range(SYMBOLS):
        restraint = held.desk.restraints[symbol]
        restraint["conviction_threshold"] = whim.choice([0.0, *numbers])
        restraint["size_multiplier"] = whim.choice([0.5, *numbers])
        restraint["shorts_allowed"], restraint["entries_allowed"] = whim.choice([0, 1, 1, 1, -1], 2)
    held.desk.state[0]["leverage_cap"] = whim.choice(numbers)
    prices = held.desk.positions["mark_price"].copy()
    both = [trader.marked(*prices)["leverage"] for trader in (free, held)]

    assert both[1] <= both[0]
    for symbol in range(SYMBOLS):
        forecast = float(chance.choice([-1.0, 0.0, 1.0]))
        conviction = float(chance.uniform(0, 100))
        for trader in (free, held):
            trader.decision(forecast, symbol, conviction=conviction)
        lots = int(free.desk.positions[symbol]["lots"])
        loose, strict = (int(trader.intent(symbol)["target_lots"]) for trader in (free, held))

        assert abs(strict) <= max(abs(loose), abs(lots))
        assert strict * lots >= 0 or abs(strict) <= abs(loose)
        if abs(loose) < abs(lots):
            assert abs(strict) <= max(abs(loose), abs(lots) - 1)


@given(seed=seeds, rules=st.integers(0, 10**6))
def test_a_volatility_target_never_makes_a_new_position_larger_and_is_kept(seed, rules):
    free, chance = a_random_desk(seed)
    aimed, _ = a_random_desk(seed)
    whim = np.random.default_rng(rules)
    target = aimed.desk.rules[0]["volatility_target"] = whim.choice([1e-7, 1e-4, 0.005, 0.05, 1.0])
    loss, state, share = whim.choice([0.01, 0.06, 0.3, 10.0]), whim.integers(0, 2), whim.choice([0.3, 1.0])
    for trader in (free, aimed):
        trader.desk.rules[0]["stressed_loss"] = loss  # where it is narrow, sizes are halved
        trader.desk.breaker[0]["state"] = state
        trader.desk.restraints["size_multiplier"] = share
    for symbol in range(SYMBOLS):
        forecast = float(chance.choice([-1.0, 1.0]))
        conviction = float(chance.uniform(0, 100))
        for trader in (free, aimed):
            trader.decision(forecast, symbol, conviction=conviction)
        loose, strict = free.intent(symbol), aimed.intent(symbol)

        if strict["approved_lots"] != 0 and aimed.desk.positions[symbol]["lots"] == 0:
            lots = int(strict["approved_lots"])
            position, volatility = aimed.desk.positions[symbol], aimed.desk.watch[symbol]["volatility"]
            notional = abs(lots) * float(aimed.desk.instruments[symbol]["step"]) * position["mark_price"]
            assert abs(lots) <= abs(int(loose["approved_lots"]))
            assert lots * forecast > 0
            assert notional * volatility <= target * aimed.desk.account[0]["equity"] * (1 + 1e-9)
            after = foresee(aimed.desk, symbol, lots, strict, 0.0, aimed.now_ms)
            assert refused_by(aimed.desk, after)[0] == 0


def test_the_random_desks_are_worth_testing_on():
    codes = set()
    for seed in range(200):
        trader, chance = a_random_desk(seed)
        codes |= {
            int(trader.decision(float(chance.choice([-1.0, 1.0])), row)["code"]) for row in range(SYMBOLS)
        }

    assert codes >= {
        Code.ORDERED, Code.HOLD, Code.MAX_POSITIONS, Code.GROSS_EXPOSURE, Code.NET_EXPOSURE,
        Code.INITIAL_MARGIN, Code.ORDER_PENDING,
    }  # fmt: skip
