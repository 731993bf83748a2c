"""Signatures equal what an independent tool computes, and what a well-known client sends."""

import ccxt.async_support
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.adapters.weex.signing import handshake_headers, is_signed_by, request_headers, signature
from alphastrike.transport.credentials import Credentials

KEY = Credentials.of({"api_key": "key", "api_secret": "s3cret", "passphrase": "phrase"})
AT_MS = 1764505776347
WORDS = st.text(st.characters(min_codepoint=48, max_codepoint=122), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("method", "target", "body", "expected"),
    [  # openssl dgst -sha256 -hmac s3cret -binary | base64
        ("GET", "/capi/v3/account/balance", "", "uWKAeXMbKdpY8cwMHZf3AgqJj/6G9db34A3/waVzgEs="),
        (
            "POST",
            "/capi/v3/order",
            '{"symbol":"BTCUSDT","side":"BUY"}',
            "HvV+ApSLG6A+KWT30yUcqCQw8zrHWam+OQWOnBwvyO4=",
        ),
        (
            "GET",
            "/capi/v3/openOrders?symbol=BTCUSDT&limit=100",
            "",
            "cOmNGxRYuxQlxQ1OL49S7142rXUvipYACT/MHCeoaNw=",
        ),
    ],
)
def test_a_signature_is_what_openssl_computes(method, target, body, expected):
    assert signature("s3cret", AT_MS, method, target, body) == expected


def test_the_private_socket_is_signed_in_its_handshake():
    headers = handshake_headers(KEY, AT_MS)

    assert headers["ACCESS-SIGN"] == "mLo/RSpg/6QOCUyH2kVB+rrIfxFraJg576LuqcDQiXc="
    assert headers["ACCESS-TIMESTAMP"] == str(AT_MS)
    assert headers["User-Agent"]


@pytest.fixture(scope="module")
def other_client():
    client = ccxt.async_support.weex({"apiKey": "key", "secret": "s3cret", "password": "phrase"})
    client.nonce = lambda: AT_MS
    return client


@settings(max_examples=100)
@given(params=st.dictionaries(WORDS, WORDS, max_size=4), method=st.sampled_from(["GET", "POST", "DELETE"]))
def test_headers_equal_those_of_an_independent_client(other_client, params, method):
    theirs = other_client.sign("capi/v3/order", ["contractPrivate"], method, params)

    target = theirs["url"].removeprefix("https://api-contract.weex.com")
    ours = request_headers(KEY, AT_MS, method, target, theirs["body"] or "")

    assert {name: ours[name] for name in theirs["headers"]} == theirs["headers"]


@given(secret=WORDS, body=st.text(max_size=30), at_ms=st.integers(0, 2**53), flip=st.sampled_from("MTBK"))
def test_a_signature_vouches_for_every_part_and_for_its_key_alone(secret, body, at_ms, flip):
    key = Credentials.of({"api_key": "k", "api_secret": secret, "passphrase": "p"})
    headers = request_headers(key, at_ms, "POST", "/capi/v3/order", body)
    method = "GET" if flip == "M" else "POST"
    target = "/capi/v3/algoOrder" if flip == "T" else "/capi/v3/order"
    other = Credentials.of({"api_secret": secret + "x"}) if flip == "K" else key

    untouched = is_signed_by(key, headers, "POST", "/capi/v3/order", body)
    changed = is_signed_by(other, headers, method, target, body + "x" if flip == "B" else body)

    assert untouched
    assert not changed


def test_a_timestamp_that_is_no_number_signs_nothing():
    headers = {**request_headers(KEY, AT_MS, "GET", "/x"), "ACCESS-TIMESTAMP": "soon"}

    assert not is_signed_by(KEY, headers, "GET", "/x")
