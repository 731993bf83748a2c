"""What a real venue told, on the tape the recorder reads: the simulated venue writes it there by itself."""

import numpy as np

from alphastrike.app.assembly import Assembly
from alphastrike.domain.commands import Step
from alphastrike.domain.events import Event, FillReceived, FundingSettled
from alphastrike.domain.instruments import to_lots
from alphastrike.domain.ledger import USED_FILLS, USED_FUNDING
from alphastrike.execution.stage import order_number
from alphastrike.live.parts import Handler


class TapedEngine:
    """Handles events, and writes fills and funding to the tape of the run's books."""

    def __init__(self, engine: Handler, assembly: Assembly) -> None:
        """Write to this assembly's tape."""
        self._engine = engine
        self._assembly = assembly
        self._rows = {instrument.symbol: row for row, instrument in enumerate(assembly.instruments)}

    def handle(self, event: Event) -> Step:
        """The engine's answer."""
        realized = float(self._assembly.desk.account[0]["realized"])
        step = self._engine.handle(event)
        if isinstance(event, FillReceived):
            self._write_fill(event, float(self._assembly.desk.account[0]["realized"]) - realized)
        elif isinstance(event, FundingSettled):
            self._write_funding(event)
        return step

    def _write_fill(self, event: FillReceived, realized: float) -> None:
        tape, row, fill = self._assembly.venue, self._rows[event.fill.symbol], event.fill
        record = np.zeros(1, dtype=tape.fills.dtype)[0]
        record["ts_ms"] = event.event_time_ms
        record["symbol"] = row
        record["side"] = int(fill.side)
        record["is_maker"] = fill.is_maker
        record["is_liquidation"] = fill.is_liquidation
        record["reason"] = int(event.reason)
        record["lots"] = to_lots(fill.quantity, self._assembly.instruments[row])
        record["price"] = float(fill.price)
        record["fee"] = float(fill.fee)
        record["realized"] = realized
        record["order_id"] = order_number(fill.client_order_id)
        record["position_after"] = self._assembly.desk.positions[row]["lots"]
        tape.fills[tape.used[USED_FILLS]] = record
        tape.used[USED_FILLS] += 1

    def _write_funding(self, event: FundingSettled) -> None:
        tape, row = self._assembly.venue, self._rows[event.symbol]
        record = np.zeros(1, dtype=tape.funding.dtype)[0]
        step = float(self._assembly.instruments[row].quantity_step)
        record["ts_ms"] = event.event_time_ms
        record["symbol"] = row
        record["rate"] = event.rate
        record["mark_price"] = event.mark_price
        record["lots"] = round(event.position / step)
        record["payment"] = event.payment
        tape.funding[tape.used[USED_FUNDING]] = record
        tape.used[USED_FUNDING] += 1
