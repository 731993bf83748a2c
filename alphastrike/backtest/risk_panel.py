"""The risk panel for people: the same lines in the terminal and the same rows in the report."""

from typing import Any

from alphastrike.backtest.formatting import UNKNOWN, moment

Panel = dict[str, Any]
Cells = tuple[str, ...]


def panel_lines(panel: Panel) -> tuple[str, ...]:
    """The whole panel, one line an item."""
    breaker = panel["breaker"]
    lines = [
        f"Risk at {moment(panel['at_ms'])} UTC, equity {_number(panel['equity'])}",
        "",
        *_leverage_lines(panel["leverage"]),
        "",
        f"Breaker {breaker['state']}, left by: {breaker['left_by']}",
    ]
    if breaker["since_ms"] is not None:
        lines.append(
            f"  since {moment(breaker['since_ms'])} UTC because of {breaker['trigger']}: "
            f"observed {_number(breaker['observed'])}, limit {_number(breaker['limit'])}"
        )
    lines += ["", f"  {'trigger':<22} {'observed':>14} {'limit':>14}  leads to"]
    lines += [f"  {row['trigger']:<22} {_use(row)}  {row['leads_to']}" for row in panel["triggers"]]
    lines += ["", f"  {'limit':<22} {'observed':>14} {'limit':>14}  {'unit':<22} where to change it"]
    for row in panel["limits"]:
        over = "" if row["passes"] else "  EXCEEDED"
        lines.append(f"  {row['rule']:<22} {_use(row)}  {row['unit']:<22} {row['setting']}{over}")
    return tuple(lines)


def _leverage_lines(leverage: Panel) -> tuple[str, ...]:
    product = " x ".join(
        f"{name} {_number(leverage[key])}"
        for name, key in (
            ("base", "base"),
            ("volatility", "volatility_factor"),
            ("drawdown", "drawdown_factor"),
            ("performance", "performance_factor"),
        )
    )
    bounds = f"within {_number(leverage['lowest'])} to {_number(leverage['highest'])}"
    asked, needed = leverage["closes_asking_for_more"], leverage["closes_needed"]
    return (
        f"Leverage {_number(leverage['value'])}x = {product} = {_number(leverage['raw'])}, {bounds}",
        f"  cap {_number(leverage['cap'])}; a raise needs {needed} closes that ask for it ({asked} so far) "
        f"and {_number(leverage['hours_until_a_raise'])} h",
    )


def limit_rows(panel: Panel) -> tuple[Cells, ...]:
    """Every limit with its use as text cells: rule, observed, limit, unit, setting."""
    return tuple(
        (row["rule"], row["unit"], row["setting"], _number(row["observed"]), _number(row["limit"]))
        for row in panel["limits"]
    )


def leverage_note(panel: Panel) -> str:
    """One sentence on leverage and breaker at the end of the run."""
    leverage, breaker = panel["leverage"], panel["breaker"]
    return (
        f"At the end leverage was {_number(leverage['value'])}x (raw {_number(leverage['raw'])}: base "
        f"{_number(leverage['base'])} x volatility {_number(leverage['volatility_factor'])} x drawdown "
        f"{_number(leverage['drawdown_factor'])} x performance {_number(leverage['performance_factor'])}); "
        f"the breaker was {breaker['state']}, left by: {breaker['left_by']}."
    )


def _use(row: Panel) -> str:
    return f"{_number(row['observed']):>14} {_number(row['limit']):>14}"


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.6g}"
