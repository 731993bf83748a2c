"""Delimited text, plain or zipped: a look at its head, and the whole of it as an Arrow table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.header import PRICES, resolve

_HEAD_BYTES = 8_192
_NUMBERS = {*PRICES, "volume", "quote_volume", "trades", "taker_buy_volume", "rate"}


@dataclass(frozen=True, slots=True)
class Head:
    """First line of a text file. `names` is empty when the line holds data already."""

    delimiter: str
    fields: tuple[str, ...]
    names: tuple[str, ...]


def head_of(path: Path) -> Head | None:
    """The head of a CSV file or of the one CSV file in a zip; None when it is not text.

    A zip that cannot be read, or with several CSV files in it, is a `DataError`.
    """
    raw = _zipped(path, _HEAD_BYTES) if _is_zip(path) else _first_bytes(path)
    try:
        text = raw.decode("utf-8-sig", errors="strict" if len(raw) < _HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return None
    line = next((line for line in text.splitlines() if line.strip()), "")
    if not line or "\x00" in line or line.lstrip()[0] in "[{":  # a JSON list counts commas too
        return None
    delimiter = max(",;\t|", key=line.count)
    fields = tuple(field.strip().strip('"') for field in line.split(delimiter))
    is_data = any(_is_number(field) for field in fields)
    return Head(delimiter, fields, () if is_data else fields)


def read_text(path: Path, head: Head, names: Sequence[str] = ()) -> Any:
    """All rows as an Arrow table. `names` are the columns of a file that has no header line.

    Columns with a known meaning are read as numbers where every row is one and stay text where
    one is not, so that whoever converts them can name the row.
    """
    import pyarrow as pa  # noqa: PLC0415

    header = resolve(head.names or names)
    types = {header.columns[name]: pa.float64() for name in _NUMBERS & set(header.columns)}
    try:
        return _arrow(path, head, names, types)
    except pa.ArrowInvalid as error:
        if "conversion error" not in str(error):
            raise FileFault(path, _unreadable(str(error))) from None
    try:
        return _arrow(path, head, names, dict.fromkeys(head.names or names, pa.string()))
    except pa.ArrowInvalid as error:
        raise FileFault(path, _unreadable(str(error))) from None


def _arrow(path: Path, head: Head, names: Sequence[str], types: dict[str, Any]) -> Any:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415

    ragged: list[Any] = []

    def note(row: Any) -> str:
        ragged.append(row)
        return "error"

    source = pa.BufferReader(_zipped(path)) if _is_zip(path) else str(path)
    try:
        return csv.read_csv(
            source,
            # One thread, or the reader does not know the number of a broken row.
            read_options=csv.ReadOptions(use_threads=False, column_names=None if head.names else list(names)),
            parse_options=csv.ParseOptions(delimiter=head.delimiter, invalid_row_handler=note),
            convert_options=csv.ConvertOptions(
                column_types=types,
                null_values=["", "NaN", "nan", "NA", "null", "None"],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        if not ragged:
            raise
        row = ragged[0]
        fault = Fault(
            rule="wrong number of columns",
            observed=f"{row.actual_columns} in {row.text[:60]!r}",
            allowed=str(row.expected_columns),
            advice="correct that row, or download the file again: it may be cut off",
            row=row.number - bool(head.names) if row.number else 0,
        )
        raise FileFault(path, fault) from None


def _unreadable(message: str) -> Fault:
    return Fault(
        rule="not a readable table",
        observed=message.splitlines()[0][:120],
        allowed="delimited text with the same columns in every row",
        advice="download the file again, or export it anew as UTF-8 CSV",
    )


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _is_table(member: str) -> bool:
    """Whether a member of an archive is text; what macOS adds beside each file is not."""
    return member.lower().endswith((".csv", ".txt")) and not member.startswith("__MACOSX/")


def _is_zip(path: Path) -> bool:
    return _first_bytes(path, 4) == b"PK\x03\x04"


def _first_bytes(path: Path, count: int = _HEAD_BYTES) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _zipped(path: Path, count: int = -1) -> bytes:
    """The first `count` bytes (all when negative) of the only CSV file in a zip archive."""
    import zipfile  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    try:
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if _is_table(name)]
            if not members:
                return b""
            if len(members) == 1:
                with archive.open(members[0]) as file:
                    return file.read(count)
            observed = f"{len(members)} CSV files in the archive"
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        observed = str(error)
    fault = Fault("not a usable zip", observed, "a zip with exactly one CSV file", "download the file again")
    raise FileFault(path, fault)
