"""Options that several commands take: one name, one meaning, one line of help."""

from collections.abc import Sequence
from typing import Annotated

import typer

DataPath = Annotated[
    str | None,
    typer.Option(
        help="Candle file, folder, or store [default: the embedded synthetic market].", metavar="PATH"
    ),
]
Funding = Annotated[str | None, typer.Option(help="Funding-rate file or folder.", metavar="PATH")]
Series = Annotated[
    str | None, typer.Option(help="What is known beside candles: files, folders.", metavar="PATH,PATH")
]
Symbols = Annotated[str | None, typer.Option(help="Symbols [default: all].", metavar="A,B")]
Interval = Annotated[str | None, typer.Option(help="Candle interval.", metavar="1h")]
Start = Annotated[str | None, typer.Option(help="First candle open, inclusive.", metavar="DATE|MS")]
End = Annotated[str | None, typer.Option(help="Last candle open, exclusive.", metavar="DATE|MS")]
StrategyName = Annotated[str | None, typer.Option(help="Strategy by name.", metavar="NAME")]
Registry = Annotated[
    str | None,
    typer.Option("--registry", help="Folder of trained models [default: models].", metavar="DIR"),
]

Given = list[tuple[str, str, object]]


def of_market(
    data: str | None, symbols: str | None, interval: str | None, start: str | None, end: str | None
) -> Given:
    """Which candles, as the configuration takes what was given on the command line."""
    return [
        ("--data", "data.path", data),
        ("--symbols", "data.symbols", symbols),
        ("--interval", "data.interval", interval),
        ("--start", "data.start", start),
        ("--end", "data.end", end),
    ]


def told(given: Sequence[tuple[str, str, object]]) -> Given:
    """Those that were told at all."""
    return [option for option in given if option[2] is not None]
