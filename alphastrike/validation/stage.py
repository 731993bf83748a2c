"""Stage 4: features go in, and come out only where they can be trusted."""

import io
from collections.abc import Collection
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.errors import ConfigError, InvariantBroken
from alphastrike.domain.intervals import stride_of
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import FeatureSpec, Monitor
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.health import FeatureHealth, health_of
from alphastrike.validation.kernel_halts import halt_distrusted
from alphastrike.validation.kernel_watch import watch_block
from alphastrike.validation.plan import plan_of
from alphastrike.validation.profiles import Profiles
from alphastrike.validation.records import REFERENCE, RULE, TALLY, WATCH
from alphastrike.validation.reference import ReferenceProfile, profile_of

_FROZEN_VALUES = 24  # the same value so often in a row, each standing for one cadence


class ValidationStage:
    """Watches every feature of every symbol, each against its own history.

    A value that is not finite, outside its range, frozen, drifted or without a reference comes
    out NaN, so that what reads it abstains. The symbol halts when that hits a required feature
    or, by the policy, too large a share of the monitored ones that speak at that bar. Before that, where
    a smaller share alarms, new positions are to be smaller.

    A missing value is a silent feature, not a distrusted one. It adds nothing to a window of
    samples and breaks the CUSUM's chain of residuals; a break longer than the short window
    clears the CUSUM. References and quarantines outlast any gap.
    """

    def __init__(
        self,
        specs: tuple[FeatureSpec, ...],
        required: tuple[str, ...],
        symbols: tuple[str, ...],
        interval_ms: int,
        config: ValidationConfig,
    ) -> None:
        """Watch `specs` in the order of the feature block; `required` names those a trade needs."""
        self._names = tuple(spec.name for spec in specs)
        unknown = set(required) - set(self._names)
        if unknown:
            raise InvariantBroken(f"required features {sorted(unknown)} are not among {self._names}")
        self._symbols = symbols
        self._interval_ms = interval_ms
        self._share = config.max_quarantined if config.policy == "fraction" else 0.0
        self._max_warned, self._size_cut = config.max_warned, 1.0 - config.warned_size
        self._plan = plan_of(config, interval_ms)
        self._rules = _rules_of(specs, required, interval_ms)
        self._slots = {spec.name: int(slot) for spec, slot in zip(specs, self._rules["slot"], strict=True)}
        shape = (int((self._rules["slot"] >= 0).sum()), len(symbols))
        self._watches = np.zeros(shape, dtype=WATCH)
        self._rings = np.zeros((*shape, int(self._plan["reference"])))
        self._bins = np.zeros((*shape, int(self._plan["long_window"])), dtype=np.uint8)
        self._moves = np.zeros((*shape, int(self._plan["reference"])), dtype=np.int8)
        self._closes = np.zeros((*shape, int(self._plan["day"])))
        self._next_bar = -1
        self._fault = ""
        self._pins = ""

    @property
    def fault(self) -> str:
        """What went wrong inside the validator, empty while nothing has. Nothing passes after it."""
        return self._fault

    def pin(self, profiles: Profiles) -> None:
        """Judge a model's features by what it was trained on, from the first bar to the last.

        A symbol the model was not trained on has no reference, and halts for want of one.
        """
        self._pins = sha256(profiles.references.tobytes()).hexdigest()
        for row, name in enumerate(profiles.features):
            slot = self._slots.get(name, -1)
            if slot < 0:
                raise ConfigError(f"ml.model: {name} is not watched by its distribution; train it again")
            for column, symbol in enumerate(self._symbols):
                watch: Any = self._watches[slot, column]
                watch["pinned"] = 1
                if symbol in profiles.symbols:
                    reference = profiles.references[row, profiles.symbols.index(symbol)]
                    for field in REFERENCE.names or ():
                        watch[field] = reference[field]

    def mute(self, names: Collection[str]) -> None:
        """Do not count these among the features whose trust decides over the symbol.

        They are read by nobody who acts, such as a model in shadow: each is watched and withheld as
        ever, but what it says must not change what is traded. A required feature is never muted.
        """
        for name, rule in zip(self._names, self._rules, strict=True):
            rule["muted"] = name in names and rule["required"] == 0

    def advance(self, features: FeatureBlock) -> FeatureBlock:
        """Withhold what cannot be trusted; halt non-finite, out-of-range, unreferenced, drifted.

        Bars already judged are not judged again: they come back NaN and halted. Other columns than
        announced halt with `FEATURE_LAYOUT`, and whatever breaks in here with `VALIDATOR_ERROR`,
        from then on: an instrument that failed once has a hole in its memory.
        """
        if not self._fault:
            try:
                self._check_layout(features)
                return self._judged(features)
            except InvariantBroken as error:
                self._fault = str(error)
                return self._refused(features, Code.FEATURE_LAYOUT)
            except Exception as error:  # noqa: BLE001 - whatever it was, nothing may pass unjudged
                self._fault = f"{type(error).__name__}: {error}"
        return self._refused(features, Code.VALIDATOR_ERROR)

    def _refused(self, features: FeatureBlock, code: Code) -> FeatureBlock:
        everything = np.ones(features.halts.code.shape, dtype=np.bool_)
        features.halts.halt(everything, code, 1.0, 0.0)
        silence = np.full(features.values.shape, np.nan)
        return FeatureBlock(features.market, features.names, silence, features.halts)

    def _judged(self, features: FeatureBlock) -> FeatureBlock:
        values = np.ascontiguousarray(features.values)
        out = np.empty_like(values)
        symbols, bars = values.shape[1:]
        tally = np.zeros((symbols, bars), dtype=TALLY)
        first = int(features.market.open_time_ms[0]) // self._interval_ms if bars else 0
        seen = min(max(self._next_bar - first, 0), bars)
        tally["non_finite"][:, :seen] = len(self._names)
        self._next_bar = max(self._next_bar, first + bars)
        close = np.ascontiguousarray(features.market.close)
        pasts = (self._rings, self._moves, self._bins, self._closes)
        calm = np.zeros((symbols, bars), dtype=np.int16)
        watch_block(
            values, close, out, tally, calm, self._rules, self._watches, pasts, first, seen, self._plan
        )
        tally["referenced"] += calm
        tally["speaking"] += calm
        halts, has_memory = features.halts, self._rings.size > 0
        halt_distrusted(tally, self._plan, self._share, has_memory, halts.code, halts.observed, halts.limit)
        return FeatureBlock(
            market=features.market,
            names=features.names,
            values=out,
            halts=features.halts,
            size_cut=self._cut(tally),
        )

    def _cut(self, tally: NDArray[Any]) -> Floats:
        """What new positions go without where too many features alarm, withheld ones among them."""
        alarming = tally["warned"] + tally["distrusted"]
        cut: Floats = np.where(alarming > self._max_warned * tally["speaking"], self._size_cut, 0.0)
        return cut

    def health(self) -> tuple[FeatureHealth, ...]:
        """The standing of every monitored feature of every symbol."""
        needed = (int(self._plan["reference"]), int(self._plan["long_window"]))
        return tuple(
            health_of(
                self._watches[slot, index], name, symbol, needed[int(self._watches[slot, index]["pinned"])]
            )
            for name, slot in self._slots.items()
            if slot >= 0
            for index, symbol in enumerate(self._symbols)
        )

    def reference(self, feature: str, symbol: str) -> ReferenceProfile | None:
        """The reference in force, or None while there is none or for a feature that needs none."""
        slot = self._slots[feature]
        watch: Any = self._watches[slot, self._symbols.index(symbol)] if slot >= 0 else None
        if watch is None or not watch["ready"]:
            return None
        return profile_of(watch)

    def snapshot(self) -> bytes:
        """The whole state."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            identity=self._identity(),
            next_bar=np.int64(self._next_bar),
            watches=self._watches,
            rings=self._rings,
            moves=self._moves,
            bins=self._bins,
            closes=self._closes,
        )
        return buffer.getvalue()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of a validator of the same features, symbols and settings."""
        with np.load(io.BytesIO(state), allow_pickle=False) as saved:
            if not np.array_equal(saved["identity"], self._identity()):
                raise InvariantBroken(
                    "validation snapshot: made for other features, symbols, interval or settings; "
                    "start without it and collect a new reference"
                )
            self._next_bar = int(saved["next_bar"])
            self._watches = saved["watches"]
            self._rings = saved["rings"]
            self._moves = saved["moves"]
            self._bins = saved["bins"]
            self._closes = saved["closes"]

    def _check_layout(self, features: FeatureBlock) -> None:
        observed = (features.names, features.market.symbols, features.market.interval_ms)
        allowed = (self._names, self._symbols, self._interval_ms)
        if observed != allowed:
            raise InvariantBroken(f"validation: observed a block of {observed}, allowed {allowed}")

    def _identity(self) -> NDArray[np.uint8]:
        text = repr(
            (
                self._names,
                self._symbols,
                self._interval_ms,
                self._plan.tolist(),
                self._rules.tolist(),
                self._pins,
            )
        )
        return np.frombuffer(text.encode(), dtype=np.uint8)


def _rules_of(specs: tuple[FeatureSpec, ...], required: tuple[str, ...], interval_ms: int) -> NDArray[Any]:
    rules = np.zeros(len(specs), dtype=RULE)
    monitored = np.array([spec.monitor is Monitor.DISTRIBUTION for spec in specs], dtype=bool)
    rules["slot"] = np.where(monitored, np.cumsum(monitored) - 1, -1)
    for rule, spec in zip(rules, specs, strict=True):
        rule["lowest"] = spec.lowest
        rule["highest"] = spec.highest
        rule["required"] = spec.name in required
        rule["frozen"] = _FROZEN_VALUES * stride_of(spec.cadence_hours, interval_ms)
    return rules
