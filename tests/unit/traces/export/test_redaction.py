"""Nothing planted survives, nothing innocent changes, and markers say what was there."""

import json

import pytest

from alphastrike.traces.export.redaction.custom_rule import CustomRule
from alphastrike.traces.export.redaction.redactor import Redactor
from alphastrike.traces.export.redaction.secret_rule import SecretRule
from alphastrike.traces.export.redaction.username_rule import UsernameRule
from tests.planted import innocent, planted

PLANTED = list(planted(seed=8))


def _redactor():
    return Redactor((SecretRule(), UsernameRule(), CustomRule({"ticket": r"TCK-\d+"})))


@pytest.mark.parametrize("spelling", sorted({spelling for spelling, _, _ in PLANTED}))
def test_no_planted_secret_survives(spelling):
    redactor = _redactor()
    mine = [(value, secrets) for name, value, secrets in PLANTED if name == spelling]

    cleaned = [(json.dumps(redactor.redacted({"note": value})), value, secrets) for value, secrets in mine]

    assert len(mine) == 10
    assert [text for text, _, secrets in cleaned if any(secret in text for secret in secrets)] == []
    assert all("<REDACTED:" in text for text, _, _ in cleaned)


def test_there_are_two_hundred_secrets_in_twenty_spellings():
    assert len(PLANTED) == 200
    assert len({spelling for spelling, _, _ in PLANTED}) == 20


def test_two_thousand_innocent_texts_come_out_unchanged():
    redactor = _redactor()
    texts = innocent(seed=8)

    changed = [(text, redactor.redacted(text)) for text in texts if redactor.redacted(text) != text]

    assert len(texts) == 2_000
    assert changed == []


def test_what_is_redacted_once_is_not_redacted_again():
    redactor = _redactor()
    once = [redactor.redacted(value) for _, value, _ in PLANTED]

    assert [redactor.redacted(value) for value in once] == once


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"apiKey": "x", "symbol": "BTCUSDT"}, {"apiKey": "<REDACTED:secret>", "symbol": "BTCUSDT"}),
        ({"api_key": "", "token": None, "max_tokens": 5, "token_count": 7}, None),
        ({"accountId": 42, "uid": "ab12"}, {"accountId": "<REDACTED:account>", "uid": "<REDACTED:account>"}),
        ({"HYPERLIQUID_PRIVATE_KEY": ["a", "b"]}, {"HYPERLIQUID_PRIVATE_KEY": "<REDACTED:secret>"}),
        ({"properties": {"token": {"type": "string", "description": "which one"}}}, None),
        ({"digest": "ab" * 32, "content_sha256": "0123456789abcdef" * 4}, None),
        ("/home/anna/x/y.py", "/home/<REDACTED:username>/x/y.py"),
        ("C:\\Users\\Anna Maria Berg\\x", "C:\\Users\\<REDACTED:username>\\x"),
        ("https://shop.example/home/anna/x", None),
        ("see TCK-1234", "see <REDACTED:ticket>"),
        ("postgresql://bob:hunter2@db/x", "postgresql://<REDACTED:secret>@db/x"),
        ([1, 2.5, True, None], None),
    ],
)  # fmt: skip
def test_known_cases(value, expected):
    assert _redactor().redacted(value) == (value if expected is None else expected)


def test_without_rules_nothing_changes():
    value = [value for _, value, _ in PLANTED]

    assert json.dumps(Redactor(()).redacted(value)) == json.dumps(value)


def test_a_secret_that_is_a_key_of_an_object_goes_too():
    cleaned = _redactor().redacted({"sk-proj-" + "a1B2" * 10: 1, "sk-proj-" + "C3d4" * 10: 2})

    assert cleaned == {"<REDACTED:secret>": 1, "<REDACTED:secret>_": 2}
