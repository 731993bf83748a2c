"""Secrets in twenty spellings and texts that hold none, drawn from a seed."""

import base64
import json
import random
import string
import uuid
from collections.abc import Iterator
from typing import Any

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
WORDS = (
    "market", "signal", "long", "short", "regime", "trend", "volume", "spread", "funding", "basis",
    "drawdown", "equity", "margin", "leverage", "order", "fill", "level", "token", "key", "sign",
    "secret", "signature", "password", "account", "user", "home", "pass", "value", "report", "trigger",
    "losing", "streak", "win", "rate", "threshold", "position", "size", "alert", "reason", "because",
    "lower", "higher", "safer", "symbol", "hours", "risk", "reduce", "tighten", "wait",
)  # fmt: skip


def drawn(chance: random.Random, letters: str, length: int) -> str:
    """Letters by lot."""
    return "".join(chance.choice(letters) for _ in range(length))


def a_key(chance: random.Random, length: int = 64) -> str:
    """A key as venues make them: all three kinds of letters in it."""
    return drawn(chance, ALNUM, length - 3) + "aZ7"


def planted(seed: int, of_each: int = 10) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """(spelling, value that holds it, what must not survive), `of_each` of every spelling."""
    for number in range(of_each):
        chance = random.Random(f"{seed}-{number}")
        key, hexed = a_key(chance), drawn(chance, HEX, 64)
        project = f"sk-proj-{drawn(chance, ALNUM + '_-', 60)}7a"
        antic = f"sk-ant-api03-{drawn(chance, ALNUM, 40)}4"
        aws = f"AKIA{drawn(chance, string.ascii_uppercase + string.digits, 16)}"
        aws_secret = drawn(chance, ALNUM + "/+", 39) + "9"
        hub, google = f"ghp_{drawn(chance, ALNUM, 36)}", f"AIza{drawn(chance, ALNUM, 35)}"
        phrase = f"{chance.choice(WORDS)}-{drawn(chance, ALNUM, 8)}"
        basic = base64.b64encode(f"bob:{phrase}".encode()).decode()
        mac = base64.b64encode(chance.randbytes(32)).decode()
        listen = drawn(chance, string.ascii_lowercase + string.digits, 60) + "q1w2"
        account, user = str(chance.randrange(10**8, 10**10)), f"anna{number}"
        words = " ".join(chance.choice(("abandon", "ability", "zebra", "wolf", "legal")) for _ in range(12))
        jwt = ".".join(
            ("eyJ" + drawn(chance, ALNUM, 20), "eyJ" + drawn(chance, ALNUM, 30), drawn(chance, ALNUM, 43))
        )
        yield "openai", f"the client used {project} for it", (project,)
        yield "anthropic", {"text": f"ANTHROPIC_API_KEY={antic}\nnext"}, (antic,)
        yield "aws", f"aws_access_key_id = {aws}\naws_secret_access_key = {aws_secret}", (aws, aws_secret)
        yield "hosts", [hub, google], (hub, google)
        yield "bearer", f"curl -H 'Authorization: Bearer {jwt}' https://x.example", (jwt,)
        yield "basic", {"headers": {"Authorization": f"Basic {basic}"}}, (basic,)
        yield "pairs", [["authorization", f"Token {phrase}"], ["accept", "*/*"]], (phrase,)
        yield "named", {"name": "Authorization", "value": key}, (key,)
        yield "binance", {"X-MBX-APIKEY": key, "X-MBX-USED-WEIGHT-1M": "12"}, (key,)
        yield (
            "okx",
            f"OK-ACCESS-KEY: {uuid.UUID(int=chance.getrandbits(128))}\nOK-ACCESS-PASSPHRASE: {phrase}",
            (phrase,),
        )
        yield "hmac", f"/fapi/v1/order?symbol=BTCUSDT&timestamp=17&signature={hexed}", (hexed,)
        yield "hmac64", {"ACCESS-SIGN": mac, "ACCESS-TIMESTAMP": "1704067200000"}, (mac,)
        yield (
            "eip712",
            {"signature": {"r": f"0x{hexed}", "s": f"0x{hexed[::-1]}", "v": 27}},
            (hexed, hexed[::-1]),
        )
        yield "wallet", f"signing with 0x{hexed}, then {hexed[::-1]}", (hexed, hexed[::-1])
        yield "listen", f"wss://fstream.binance.com/ws/{listen} listenKey={listen}", (listen,)
        yield "passphrase", json.dumps({"passphrase": phrase, "note": "in a JSON text"}), (phrase,)
        yield (
            "account",
            {"accountId": int(account), "text": f"uid={account}, subAccountId: {account}"},
            (account,),
        )
        yield "posix", f"File /home/{user}/bots/x.py and /Users/{user}/x", (user,)
        yield "windows", f"C:\\Users\\{user}\\x and C:\\\\Users\\\\{user}\\\\y", (user,)
        yield "mnemonic", f"mnemonic: {words}", (words,)


def innocent(seed: int, count: int = 2_000) -> list[str]:
    """Texts that look a little like the others and hold nothing."""
    chance = random.Random(seed)
    return [_harmless(chance, number) for number in range(count)]


def _harmless(chance: random.Random, number: int) -> str:
    hexed, price = drawn(chance, HEX, 64), chance.randrange(100, 100_000)
    words = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(3, 14)))
    options = (
        words,
        f"{words} {price}",
        f"the key level is {price}, sign: negative, token count: {price}",
        f"max_tokens={price} num_predict=128 tokens: {price}",
        f"sha256:{hexed}",
        f"commit {hexed[:40]} tree {hexed[24:]}",
        str(uuid.UUID(int=chance.getrandbits(128))),
        f"x-A6SIDXVS17{price}{number:012d}",
        f"{hexed[:12]}-r{number:06d}",
        f"2024-01-{1 + number % 28:02d}T12:00:00.{price}Z",
        f"https://fapi.example.com/fapi/v1/klines?symbol=BTCUSDT&interval=1h&limit={price}",
        f"/var/lib/alphastrike/data/state/{words.replace(' ', '/')}/traces.db",
        "password: required, secret: none, api_key: missing, signature: invalid",
        f"def sign(token: str, secret: bytes) -> str:  # {words}",
        json.dumps({"tool": "adjust_leverage", "args": {"new_leverage": 2, "reason": words}}),
        f"SOLUSDT: win rate {number % 100}% of 20 trades, losses in a row 5, net -1.20% of start",
        f"qwen2.5:1.5b-instruct-q4_K_M eval_count={price} seed={number}",
        f"X-MBX-USED-WEIGHT-1M: {number} ACCESS-TIMESTAMP: 1704067200000 KC-API-KEY-VERSION: 2",
        f"test_the_breaker_wakes_on_{words.replace(' ', '_')}_and_then_sleeps_again_{number}",
        f"the passphrase is wrong and the password was not accepted, {words}",
        f"basis {price / 7:.12f} funding {price / 1e9:.10f} id {10**12 + number}",
        f"report_sha256={hexed} digest={hexed}",
    )  # fmt: skip
    return options[number % len(options)]
