"""The report's section that takes the newest decisions apart."""

from html import escape

from alphastrike.backtest.explained import ExplainedDecision, Vote
from alphastrike.backtest.formatting import UNKNOWN, moment
from alphastrike.backtest.result import RunResult


def decisions_section(result: RunResult) -> str:
    """Each decision folded up; nothing when the run has none to show."""
    if not result.explained:
        return ""
    ordered = result.explained[0].code == "ordered"
    title = "The latest orders, taken apart" if ordered else "The last close, taken apart: no order was sent"
    body = "".join(_decision(decision) for decision in reversed(result.explained))
    note = "Any other bar: <code>alphastrike why RUN --at TIME --symbol S</code>"
    return f'<section class="panel"><h2>{title}</h2>{body}<p class="muted">{note}</p></section>'


def _decision(decision: ExplainedDecision) -> str:
    head = (
        f"{moment(decision.ts_ms)} UTC · {decision.symbol} · {decision.code} · "
        f"forecast {_number(decision.forecast)} · probability {_number(decision.probability_up)} · "
        f"conviction {_number(decision.conviction)}"
    )
    gate = ""
    if decision.limit is not None:
        gate = (
            f"<p>Gate {escape(decision.code)}: observed {_number(decision.observed)}, "
            f"limit {_number(decision.limit)}. Regime {escape(decision.regime)}.</p>"
        )
    votes = "".join(_vote(vote) for vote in decision.votes)
    features = "".join(
        f'<tr><td class="text">{escape(name)}</td><td class="num">{_number(value)}</td></tr>'
        for name, value in decision.features
    )
    return (
        f"<details><summary>{escape(head)}</summary>{gate}"
        '<div class="scroll"><table><thead><tr><th class="text">signal</th><th class="text">category</th>'
        '<th class="num">vote</th><th class="num">weight</th><th class="num">accuracy</th>'
        f'<th class="text">state</th></tr></thead><tbody>{votes}</tbody></table>'
        '<table><thead><tr><th class="text">feature</th><th class="num">value</th></tr></thead>'
        f"<tbody>{features}</tbody></table></div></details>"
    )


def _vote(vote: Vote) -> str:
    said = "abstains" if vote.value is None else _number(vote.value)
    return (
        f'<tr><td class="text">{escape(vote.signal)}</td><td class="text">{escape(vote.category)}</td>'
        f'<td class="num">{said}</td><td class="num">{_number(vote.weight)}</td>'
        f'<td class="num">{_number(vote.accuracy)}</td><td class="text">{escape(vote.state)}</td></tr>'
    )


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.4g}"
