"""Request budgets: one token bucket a venue rule, and the pause a venue may order."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from alphastrike.transport.clock import Clock


@dataclass(frozen=True, slots=True)
class RateRule:
    """A venue's limit as data: `tokens` every `per_s` seconds, all of them at once if saved up."""

    name: str
    tokens: float
    per_s: float


class Budgets:
    """Token buckets of a venue's rules. A request waits until every bucket it draws on can pay."""

    def __init__(self, rules: tuple[RateRule, ...], clock: Clock) -> None:
        """Start with full buckets."""
        self._clock = clock
        self._rules = {rule.name: rule for rule in rules}
        self._left = {rule.name: rule.tokens for rule in rules}
        self._refilled_ms = clock.now_ms()
        self._paused_until_ms = 0

    def pause(self, seconds: float) -> None:
        """Let nothing through for a while: the venue asked for it."""
        self._paused_until_ms = max(self._paused_until_ms, self._clock.now_ms() + int(seconds * 1000))

    def used(self, name: str, tokens: float) -> None:
        """Believe the venue's own count where it is higher than ours."""
        rule = self._rules[name]
        self._refill()
        self._left[name] = min(self._left[name], rule.tokens - tokens)

    def wait_s(self, costs: Mapping[str, float]) -> float:
        """Seconds until a request of these costs may go; 0 for now."""
        self._refill()
        waits = [(self._paused_until_ms - self._clock.now_ms()) / 1000]
        for name, cost in costs.items():
            rule = self._rules[name]
            missing = min(cost, rule.tokens) - self._left[name]
            waits.append(missing * rule.per_s / rule.tokens)
        return max(0.0, *waits)

    async def draw(self, costs: Mapping[str, float]) -> None:
        """Wait for, then take, the tokens of one request."""
        while (wait := self.wait_s(costs)) > 0:
            await asyncio.sleep(wait + 0.001)
        for name, cost in costs.items():
            self._left[name] -= cost

    def _refill(self) -> None:
        now_ms = self._clock.now_ms()
        passed_s = (now_ms - self._refilled_ms) / 1000
        if passed_s <= 0:
            return
        self._refilled_ms = now_ms
        for name, rule in self._rules.items():
            self._left[name] = min(rule.tokens, self._left[name] + passed_s * rule.tokens / rule.per_s)
