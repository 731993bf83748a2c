"""The reader gives the same traces in the same order, whichever database they are in."""

from alphastrike.traces.export.reader import Reader
from alphastrike.traces.export.trace import Wants
from tests.conversations import a_conversation, written


def test_traces_come_sorted_by_id_and_attempt_with_their_own_events(store):
    names = ("b-r000001", "A-r000001", "a-r000001", "a_r000001")
    conversations = [a_conversation(number, trace_id=name) for number, name in enumerate(names)]
    conversations.append(a_conversation(9, trace_id="a-r000001", attempt=2))
    written(store, *conversations)

    reader = Reader({"here": store})
    keys = reader.keys()
    found = list(reader.traces(keys, Wants(events=True)))

    assert [key[:2] for key in keys] == [
        ("A-r000001", 1), ("a-r000001", 1), ("a-r000001", 2), ("a_r000001", 1), ("b-r000001", 1),
    ]  # fmt: skip
    assert [trace.key for trace in found] == keys
    assert [len(trace.events) for trace in found] == [2] * 5
    equities = [trace.requests[0]["messages"][1]["content"].split("equity ")[1][:8] for trace in found]
    assert equities == ["10001.00", "10002.00", "10009.00", "10003.00", "10000.00"]
    assert reader.problems == ()


def test_more_traces_than_one_batch_holds_are_all_read(store):
    row, _ = a_conversation()
    store.write([{**row, "trace_id": f"run-r{number:06d}"} for number in range(950)], [])

    reader = Reader({"here": store})
    found = [trace.key.trace_id for trace in reader.traces(reader.keys(), Wants())]

    assert found == [f"run-r{number:06d}" for number in range(950)]


def test_a_trace_that_goes_while_it_is_read_is_named(store):
    written(store, a_conversation(0), a_conversation(1))
    reader = Reader({"here": store})
    keys = reader.keys()
    store.prune(10**15)

    assert list(reader.traces(keys, Wants())) == []
    assert [problem.reason for problem in reader.problems] == ["the row is gone"] * 2
