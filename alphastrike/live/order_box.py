"""The box of a state folder in which a person leaves orders for its process: plain files, oldest first.

What is dropped while nothing runs waits for the next start.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Order:
    """An order in the box. It is journaled under its `name` first and `done` after, so that none is lost."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Unique in the folder."""
        return self.path.stem

    def done(self) -> None:
        """Take it out of the box; twice is once."""
        self.path.unlink(missing_ok=True)


def drop_order(folder: Path, order: str) -> Path:
    """Leave an order for the process of this folder, behind those already there."""
    box = folder / _ORDERS
    box.mkdir(parents=True, exist_ok=True)
    path = box / f"{time.time_ns():020d}-{os.getpid()}.txt"
    fresh = path.with_suffix(".new")
    fresh.write_text(order, encoding="utf-8")
    return fresh.replace(path)


def waiting_orders(folder: Path) -> tuple[Order, ...]:
    """Orders in the box, oldest first; each stays there until it is `done`."""
    return tuple(
        Order(path, path.read_text(encoding="utf-8")) for path in sorted((folder / _ORDERS).glob("*.txt"))
    )
