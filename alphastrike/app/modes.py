"""The modes that go on with a feed, as rows of one table: beside these facts they are the same program."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """A row. `is_new_account`: the account begins with the run, else it was there before."""

    name: str
    is_new_account: bool


PAPER = Mode("paper", is_new_account=True)
LIVE = Mode("live", is_new_account=False)
MODES = {mode.name: mode for mode in (PAPER, LIVE)}
