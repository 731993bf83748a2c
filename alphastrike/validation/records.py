"""Record layouts of the validator: its plan, and what it remembers of one feature of one symbol."""

from typing import Any

import numpy as np

from alphastrike.validation.psi import DECILES

# Every sixteenth of the fine bins is a decile, so that one search serves PSI, KS and CUSUM.
GRID = 16 * DECILES

# One for the stage: lengths in samples unless the name says bars.
PLAN = np.dtype(
    [
        ("sample_bars", "i8"),  # bars from one sample to the next
        ("reference", "i8"),
        ("short_window", "i8"),
        ("long_window", "i8"),
        ("day", "i8"),
        ("evaluate", "i8"),
        ("refit", "i8"),
        ("recovery", "i8"),
        ("run_length", "f8"),  # to a false alarm of one CUSUM
    ]
)

_REFERENCE: list[tuple[Any, ...]] = [
    ("size", "i8"),  # samples it was learnt from; 0: there is none
    ("tested", "i1"),  # 0: its memory is too long to test its distribution
    ("tau", "f8"),
    ("lowest", "f8"),  # inclusive range of values that can be trusted
    ("highest", "f8"),
    ("edge_count", "i8"),
    ("edges", "f8", (GRID,)),
    ("below", "f8", (GRID,)),  # share of the reference at or below each edge
    ("scores", "f8", (GRID,)),  # normal score of each edge
    ("first_value", "f8"),
    ("first_score", "f8"),
    ("last_value", "f8"),
    ("last_score", "f8"),
    ("decile_count", "i8"),
    ("decile_of", "u1", (GRID + 1,)),  # fine bin to decile bin
    ("decile_counts", "f8", (DECILES,)),
    ("psi_limit_short", "f8"),
    ("psi_limit_long", "f8"),
    ("psi_warn_short", "f8"),
    ("psi_warn_long", "f8"),
    ("ks_limit_short", "f8"),
    ("ks_limit_long", "f8"),
    ("level_phi", "f8"),
    ("level_k", "f8"),
    ("level_h", "f8"),
    ("scale_mean", "f8"),  # of the square root of the absolute residual
    ("scale_sd", "f8"),
    ("scale_phi", "f8"),
    ("scale_k", "f8"),
    ("scale_h", "f8"),
    ("agrees", "i1"),  # 1: it goes with, or against, the price reliably enough for that to be watched
    ("agree_daily", "i1"),  # 1: with the price's move over a day, 0: since the sample before
    ("agree_mean", "f8"),  # of normal score x sign of that move
    ("agree_sd", "f8"),
    ("agree_phi", "f8"),
    ("agree_k", "f8"),
    ("agree_h", "f8"),
]

_MEMORY: list[tuple[Any, ...]] = [
    ("pinned", "i1"),  # 1: the reference is a model's and never renewed here
    ("ready", "i1"),  # 1: has a reference
    ("collected", "i8"),  # samples taken so far
    ("last_number", "i8"),  # sample number (bar number // sample_bars) of the newest sample
    ("epoch", "i8"),  # sample number // refit at the last look at the calendar
    ("counts_short", "f8", (GRID + 1,)),
    ("counts_long", "f8", (GRID + 1,)),
    ("window_warn", "f8"),  # largest PSI over its warning limit, likewise
    ("window_alarm", "f8"),  # largest PSI or KS over its limit at the last look; above 1 alarms
    ("last_score_seen", "f8"),
    ("last_scale_seen", "f8"),
    ("level_up", "f8"),
    ("level_down", "f8"),
    ("scale_up", "f8"),
    ("scale_down", "f8"),
    ("last_close", "f8"),  # price at the newest sample
    ("unbroken", "i8"),  # samples in a row
    ("last_agree_seen", "f8"),
    ("disagreement", "f8"),
    ("quarantined", "i1"),
    ("quarantined_at", "i8"),  # samples taken by then
    ("clean", "i8"),  # samples without an alarm since
    ("value", "f8"),  # newest finite value
    ("repeats", "i8"),  # bars it has not moved
    ("strikes", "i8"),  # bit b: the value b finite bars ago was out of range
    ("warns", "i1"),  # 1: one of its instruments alarms, as of the newest sample
    ("struck_out", "i1"),  # 1: too many strikes, distrusted until all have passed
]

REFERENCE = np.dtype(_REFERENCE)
WATCH = np.dtype(_REFERENCE + _MEMORY)

# One for each feature.
RULE = np.dtype(
    [
        ("lowest", "f8"),  # declared bounds, inclusive
        ("highest", "f8"),
        ("slot", "i8"),  # where its memory is; -1: only its declared bounds are watched
        ("required", "i1"),  # 1: without it the symbol halts
        ("frozen", "i8"),  # bars without any movement that are too many
        ("muted", "i1"),  # 1: nobody who acts reads it; watched and withheld, but not counted
    ]
)

# What the features of one symbol add up to at one bar.
TALLY = np.dtype(
    [
        ("referenced", "i2"),  # monitored features that have a reference
        ("speaking", "i2"),  # of those, not NaN at this bar
        ("distrusted", "i2"),  # of those, withheld
        ("warned", "i2"),  # of those, passed on with a warning
        ("waiting", "i2"),  # monitored features that have spoken but have no reference yet
        ("collected", "i8"),  # samples of the one furthest behind
        ("needed", "i8"),  # samples it needs
        ("lacking", "i1"),  # a required feature is withheld, 1: for lack of a reference, 2: of trust
        ("non_finite", "i2"),  # required features without a finite value
        ("broken", "i1"),  # 1: a required feature is out of its range, as below
        ("observed", "f8"),
        ("limit", "f8"),
    ]
)
