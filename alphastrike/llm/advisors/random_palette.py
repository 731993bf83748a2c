"""A valid call drawn blindly from the palette: the placebo. Its draws follow from the report alone."""

import numpy as np

from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.llm.palette import MODELS, argument_schema
from alphastrike.llm.report import PerformanceReport, fingerprint


class RandomPalette:
    """An advisor without judgement: any tool, any symbol, any value of the grid, each as likely."""

    name = "random"

    def __init__(self, seed: int, latency_ms: int) -> None:
        """Draw by this seed and answer after this long."""
        self._seed = seed
        self._latency_ms = latency_ms

    async def advise(self, request: ReviewRequested, trace_id: str) -> Advice:
        """One call."""
        return Advice((self.call_for(request.report),), self.name, self._latency_ms, trace_id=trace_id)

    def call_for(self, report_json: str) -> ProposedCall:
        """The call drawn for this report."""
        symbols = [part.symbol for part in PerformanceReport.model_validate_json(report_json).symbols]
        chance = np.random.default_rng((self._seed, int(fingerprint(report_json)[:15], 16)))
        tools = list(MODELS)
        tool = tools[int(chance.integers(len(tools)))]
        arguments = {}
        for name, field in argument_schema(tool, symbols)["properties"].items():
            options = field.get("enum", ["drawn at random"])
            arguments[name] = options[int(chance.integers(len(options)))]
        return ProposedCall(tool.value, arguments)
