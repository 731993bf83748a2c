"""The catalogue of what can go wrong between a venue and its client, and plans made of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alphastrike.domain.errors import ConfigError

CATALOGUE: dict[str, str] = {
    "drop_sockets": "every WebSocket is closed",
    "half_open": "open sockets stay open and carry nothing any more",
    "no_first_message": "sockets opened now are accepted and stay silent",
    "refuse_sockets": "no WebSocket is accepted, and those open are closed",
    "frozen_books": "books stand still; everything else comes",
    "gap": "one change of a book is missing",
    "duplicate_frames": "every frame comes twice",
    "reorder_frames": "two changes of a book change places",
    "late_user_events": "events of the account come seconds after the replies",
    "garbage_frame": "a frame that is cut in the middle",
    "huge_frame": "a frame of 10 MB that means nothing",
    "odd_values": "enum values and fields nobody has heard of",
    "stale_replies": "public requests are answered as they were before",
    "crossed_book": "a snapshot whose bids and asks have changed places",
    "throttle": "429 with Retry-After, and 418 for who does not heed it",
    "ban": "418",
    "unavailable": "503: certainly not done",
    "unknown_landed": "503 unknown, and the order was placed",
    "unknown_lost": "503 unknown, and the order was not placed",
    "reply_lost": "the connection is cut after the order was accepted",
    "request_lost": "the connection is cut before the order was accepted",
    "truncated_reply": "a reply cut in the middle",
    "html_502": "an HTML page with status 502",
    "broken_gzip": "a reply that says it is compressed and cannot be unpacked",
    "maintenance": "no WebSocket is accepted, and every request is answered 503",
    "slow_replies": "replies take fifteen seconds",
    "clock_step": "the venue's clock jumps ahead by five seconds and waits",
    "expire_user_streams": "the authorisation of user streams ends",
    "thin_book": "hardly anything is to be had: orders fill in parts",
    "liquidation_offline": "positions are liquidated while no socket is accepted",
    "deleveraging_offline": "positions are deleveraged while no socket is accepted",
    "delisting": "the last symbol takes no more orders",
    "tick_change": "the last symbol trades in ten times larger price steps",
}
_PART = re.compile(r"(?P<name>[a-z0-9_]+)@(?P<at>\d+(?:\.\d+)?)(?:\+(?P<length>\d+(?:\.\d+)?))?")
_RANDOM = re.compile(r"random:(?P<count>\d+)(?:/(?P<span>\d+))?")
_LONGEST_S = 20.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the catalogue, from a time on (seconds after the start), for so long."""

    name: str
    at_s: float
    for_s: float = 0.0


def plan_of(text: str, seed: int) -> tuple[Fault, ...]:
    """`gap@10,throttle@20+5` or `random:COUNT/SECONDS`; `ConfigError` says what else is allowed."""
    found = _RANDOM.fullmatch(text)
    if found:
        chance = np.random.default_rng(seed)
        return random_plan(chance, int(found["count"]), float(found["span"] or 120))
    faults = []
    for part in filter(None, text.split(",")):
        each = _PART.fullmatch(part.strip())
        if each is None or each["name"] not in CATALOGUE:
            raise ConfigError(
                f"--chaos: observed {part!r}, allowed NAME@SECONDS[+SECONDS] or random:COUNT[/SECONDS]; "
                f"names: {', '.join(CATALOGUE)}"
            )
        faults.append(Fault(each["name"], float(each["at"]), float(each["length"] or 5)))
    return tuple(sorted(faults, key=lambda fault: fault.at_s))


def random_plan(
    chance: np.random.Generator, count: int, span_s: float, names: Sequence[str] = tuple(CATALOGUE)
) -> tuple[Fault, ...]:
    """`count` faults at random times within `span_s`, each for up to 20 seconds."""
    faults = [
        Fault(
            names[int(chance.integers(len(names)))],
            round(float(chance.uniform(0, span_s)), 3),
            round(float(chance.uniform(0.5, _LONGEST_S)), 3),
        )
        for _ in range(count)
    ]
    return tuple(sorted(faults, key=lambda fault: fault.at_s))
