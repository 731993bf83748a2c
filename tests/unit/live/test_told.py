"""An operator's word and an advisor's answer are journaled, then handled, and heard again in their place."""

import pytest

from alphastrike.domain.commands import AlertRaised, Step
from alphastrike.domain.errors import DataError
from alphastrike.domain.events import InterventionProposed, InterventionRevoked
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.domain.risk_states import OperatorAction
from alphastrike.live.codec import decode
from alphastrike.live.driver import Driver
from alphastrike.live.journal import Journal, read_journal
from alphastrike.live.order_box import drop_order, waiting_orders
from alphastrike.live.retracing import RetracedJournal, Retracer
from alphastrike.live.told import STOP_WHEN_FLAT, Told, as_journaled, revoking


class Listener:
    """An engine that remembers what it heard, and how long the journal was then."""

    def __init__(self, path):
        self.path = path
        self.heard = []

    def handle(self, event):
        self.heard.append((event, len(self.path.read_bytes().splitlines())))
        return Step((), ())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def told_once(path, *orders):
    journal, engine = Journal.opened(path), Listener(path)
    for order in orders:
        drop_order(path.parent, order)
    told(engine, RetracedJournal(journal, ())).obey(waiting_orders(path.parent), 5)
    journal.close()
    return engine


def told(engine, journal, earlier=(), asked=None):
    return Told(Driver(engine, None, journal, lambda heard: None, asked), earlier)


def test_a_word_is_in_the_journal_before_the_engine_hears_it(path):
    engine = told_once(path, revoking(("i1", "i2"), is_veto=True), revoking(("i3",), is_veto=False))

    assert engine.heard == [
        (InterventionRevoked(5, ("i1", "i2"), is_veto=True), 1),
        (InterventionRevoked(5, ("i3",), is_veto=False), 3),
    ]
    assert [record.kind for record in read_journal(path)] == ["told", "step", "told", "step"]


@pytest.mark.parametrize("order", ["", "veto", "expire", "dance i1"])
def test_an_order_about_no_intervention_is_left_alone(order, path):
    engine = told_once(path, order)

    assert engine.heard == []
    assert list(read_journal(path)) == []


def test_words_are_heard_again_after_as_many_closes_as_before(path):
    journal = Journal.opened(path)
    word = {
        "event": {
            "is": "InterventionRevoked",
            "event_time_ms": 5,
            "intervention_ids": ["i1"],
            "is_veto": True,
        }
    }
    journal.append("heard", {})
    journal.append("heard", {})
    journal.append("told", word)
    earlier = list(read_journal(path))
    engine = Listener(path)
    ear = told(engine, RetracedJournal(journal, earlier[2:]), earlier)

    ear.relive()
    after_one = len(engine.heard)
    ear.relive()
    ear.relive()

    assert after_one == 0
    assert [event for event, _ in engine.heard] == [InterventionRevoked(5, ("i1",), is_veto=True)]
    assert [record.kind for record in read_journal(path)] == ["heard", "heard", "told", "step"]


def test_a_fresh_engine_hears_the_word_of_the_journal(path):
    told_once(path, revoking(("i1",), is_veto=True))
    engine = Listener(path)
    retracer = Retracer(engine)

    for record in read_journal(path):
        retracer.retrace(record)

    assert [event for event, _ in engine.heard] == [InterventionRevoked(5, ("i1",), is_veto=True)]


def test_an_answer_to_nothing_is_refused(path):
    told_once(path, revoking(("i1",), is_veto=True))

    with pytest.raises(DataError, match="an answer to what was never heard"):
        Retracer(Listener(path)).retrace(list(read_journal(path))[1])


def an_answer(*calls, event_time_ms=9):
    return InterventionProposed(event_time_ms, "r000001", Advice(tuple(calls), "ollama", 7))


def test_an_answer_is_heard_as_it_was_journaled_and_not_before_its_time(path):
    journal, engine = Journal.opened(path), Listener(path)
    nan = ProposedCall("adjust_leverage", {"new_leverage": float("nan")})

    told(engine, RetracedJournal(journal, ())).hear([an_answer(nan), an_answer(nan, event_time_ms=2)], 5)

    heard = [event for event, _ in engine.heard]
    assert [event.event_time_ms for event in heard] == [9, 5]
    assert heard[0].advice.calls == (ProposedCall("adjust_leverage", {"new_leverage": None}),)
    words = [record.data["event"] for record in read_journal(path) if record.kind == "told"]
    assert [decode(one) for one in words] == heard


def test_a_call_no_journal_can_carry_is_a_call_of_no_tool():
    deep = []
    for _ in range(5_000):
        deep = [deep]
    good = ProposedCall("disable_shorts", {"symbol": "SOLUSDT"})

    heard = as_journaled(an_answer(good, ProposedCall("no_action", {"reason": deep})))

    assert heard.advice.calls[0] == good
    assert heard.advice.calls[1].tool is None


def test_what_is_requested_in_answer_to_a_word_is_passed_on(path):
    class Alarmed(Listener):
        def handle(self, event):
            return Step((), (), (AlertRaised(event.event_time_ms, "warning", "look"),))

    sent = []

    class Asked:
        def send(self, request):
            sent.append(request)

    journal = RetracedJournal(Journal.opened(path), ())
    told(Alarmed(path), journal, asked=Asked()).hear([an_answer()], 5)

    assert sent == [AlertRaised(9, "warning", "look")]


@pytest.mark.parametrize(
    ("order", "action"),
    [
        ("resume", OperatorAction.RESUME),
        ("flatten", OperatorAction.FLATTEN),
        ("reduce_only", OperatorAction.REDUCE_ONLY),
        (STOP_WHEN_FLAT, OperatorAction.FLATTEN),
    ],
)
def test_an_operator_s_command_reaches_the_engine(order, action, path):
    engine = told_once(path, order)

    assert [event.action for event, _ in engine.heard] == [action]


def test_an_order_leaves_the_box_only_when_the_journal_has_it(path):
    class Dying(Listener):
        def handle(self, event):
            seen.append([order.text for order in waiting_orders(path.parent)])
            return super().handle(event)

    seen = []
    journal, engine = Journal.opened(path), Dying(path)
    name = drop_order(path.parent, "resume").stem

    told(engine, RetracedJournal(journal, ())).obey(waiting_orders(path.parent), 5)

    assert seen == [["resume"]]
    assert waiting_orders(path.parent) == ()
    assert next(iter(read_journal(path))).data["order"] == name


def test_an_order_that_ends_the_process_stays_until_it_has_ended(path):
    told_once(path, STOP_WHEN_FLAT)

    assert [order.text for order in waiting_orders(path.parent)] == [STOP_WHEN_FLAT]
