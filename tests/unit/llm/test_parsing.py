"""Calls out of what small models really say, and nothing out of anything else."""

import json

import pytest

from alphastrike.llm.parsing import LONGEST_ANSWER, calls_in
from tests.support.fake_ollama import ARTICLE

ONE = ("adjust_leverage", {"new_leverage": 2})


def _of(message):
    return [(call.tool, call.arguments) for call in calls_in(message)]


def test_the_articles_reply_is_four_calls():
    calls = _of({"content": ARTICLE})

    assert [tool for tool, _ in calls] == [
        "adjust_position_size",
        "adjust_conviction",
        "disable_shorts",
        "send_alert",
    ]
    assert calls[1][1] == {"symbol": "SOL", "new_threshold": 85}


@pytest.mark.parametrize(
    "content",
    [
        '{"tool": "adjust_leverage", "args": {"new_leverage": 2}}',
        '{"tool": "adjust_leverage", "params": {"new_leverage": 2}}',
        '{"name": "adjust_leverage", "arguments": {"new_leverage": 2}}',
        '  [{"name": "adjust_leverage", "parameters": {"new_leverage": 2}}]\n',
        'Here it is:\n```json\n{"tool": "adjust_leverage", "args": {"new_leverage": 2}}\n```\nGood luck.',
    ],
)
def test_every_spelling_of_a_call_is_understood(content):
    assert _of({"content": content}) == [ONE]


def test_native_tool_calls_come_before_any_text():
    native = [{"id": "call_1", "function": {"index": 0, "name": ONE[0], "arguments": ONE[1]}}]

    assert _of({"content": ARTICLE, "tool_calls": native}) == [ONE]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "I would reduce leverage to 2.",
        'adjust_leverage {"new_leverage": 2}',
        '<tool_call>{"name": "adjust_leverage", "arguments": {"new_leverage": 2}}</tool_call>',
        '{"tool": "adjust_leverage", "args": {"new_leverage": 2}, "also": 1}',
        '{"tool": "adjust_leverage", "args": {"new_leverage": 2, "new_leverage": 9}}',
        '{"tool": "adjust_leverage", "args": {"new_leverage": NaN}}',
        '{"tool": "adjust_leverage", "args": {"new_lev',
        "[" * 5_000,
        "```json\n{}\n```\n```json\n{}\n```",
        "2",
        "null",
        '["adjust_leverage"]',
        '{"tool": "adjust_leverage", "args": {"new_leverage": ' + "9" * 5_000 + "}}",
        " " * LONGEST_ANSWER + '{"tool": "adjust_leverage", "args": {"new_leverage": 2}}',
    ],
    ids=range(15),
)
def test_everything_else_is_no_call(content):
    assert calls_in({"content": content}) == ()


@pytest.mark.parametrize("message", [{}, {"content": None}, {"content": 3}, {"tool_calls": []}])
def test_a_message_without_words_has_no_call(message):
    assert calls_in(message) == ()


def test_a_native_call_that_is_none_is_kept_for_the_record():
    calls = calls_in({"tool_calls": [{"function": "adjust_leverage"}, 7]})

    assert [call.tool for call in calls] == [None, None]


def test_an_argument_said_as_text_stays_text():
    content = json.dumps({"name": "adjust_leverage", "arguments": '{"new_leverage": 2}'})

    assert _of({"content": content}) == [("adjust_leverage", '{"new_leverage": 2}')]
