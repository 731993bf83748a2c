"""Finding orders at WEEX, which looks none up by client order id: its lists are searched."""

from alphastrike.adapters.weex.endpoints import endpoint
from alphastrike.adapters.weex.mappers_account import to_conditional_result, to_order_result
from alphastrike.adapters.weex.order_bodies import CLOSING_SUFFIX, merged
from alphastrike.adapters.weex.rules import WeexRules
from alphastrike.adapters.weex.spelling import native_symbol
from alphastrike.domain.errors import Unsupported
from alphastrike.domain.orders import UnifiedOrderResult
from alphastrike.domain.wire_values import Row, rows_of, text_at
from alphastrike.transport.client import VenueClient

_MOST = 100


class WeexOrders:
    """Reads of orders. An order through zero is two orders at the venue, so an id may find two."""

    def __init__(self, client: VenueClient, rules: WeexRules, *, is_demo: bool) -> None:
        """Ask nothing yet."""
        self._client = client
        self._rules = rules
        self._is_demo = is_demo
        self._conditional: set[str] = set()

    def is_conditional(self, result: UnifiedOrderResult) -> bool:
        """Whether a result found here is a waiting stop or take-profit."""
        return result.order_id in self._conditional

    async def working(self, symbol: str | None) -> list[UnifiedOrderResult]:
        """Every order that still works; a part of an order through zero under that order's id."""
        plain: dict[str, tuple[UnifiedOrderResult, ...]] = {}
        for found in map(self._plain, await self._rows("open_orders", symbol)):
            name = found.client_order_id.removesuffix(CLOSING_SUFFIX)
            plain[name] = (*plain.get(name, ()), found)
        waiting = [self._waiting(row) for row in await self._rows("open_conditionals", symbol)]
        whole = (merged(name, parts) for name, parts in plain.items())
        return [*(result for result in whole if result is not None), *waiting]

    async def parts(self, symbol: str, client_order_id: str) -> tuple[UnifiedOrderResult, ...]:
        """The one or two venue orders behind a client id, working or ended; none when it was never seen."""
        wanted = {client_order_id, client_order_id + CLOSING_SUFFIX}
        found: dict[str, UnifiedOrderResult] = {}
        for name in ("order_history", "open_orders"):
            for row in await self._rows_or_none(name, symbol):
                if row.get("clientOrderId") in wanted:
                    found[text_at(row, "clientOrderId")] = self._plain(row)
        if not found:
            await self._search_conditionals(symbol, client_order_id, found)
        return tuple(found.values())

    async def client_ids(self, symbol: str) -> dict[str, str]:
        """Client order ids by the venue's, of recent orders."""
        rows = [*await self._rows("order_history", symbol), *await self._rows("open_orders", symbol)]
        return {text_at(row, "orderId"): text_at(row, "clientOrderId") for row in rows}

    async def _search_conditionals(
        self, symbol: str, client_order_id: str, found: dict[str, UnifiedOrderResult]
    ) -> None:
        """A waiting order; or one that has fired, whose life goes on under another number."""
        for name in ("all_conditionals", "open_conditionals"):
            for row in await self._rows_or_none(name, symbol):
                if row.get("clientAlgoId") == client_order_id:
                    found[client_order_id] = await self._fired(row) or self._waiting(row)

    async def _fired(self, row: Row) -> UnifiedOrderResult | None:
        if row.get("algoStatus") != "TRIGGERED" or not row.get("actualOrderId"):
            return None
        number = text_at(row, "actualOrderId")
        answer = await self._client.read(self._rules.call("order", orderId=number))
        named = {**answer, "clientOrderId": text_at(row, "clientAlgoId")}
        return to_order_result(named)

    async def _rows_or_none(self, name: str, symbol: str) -> list[Row]:
        try:
            endpoint(name, is_demo=self._is_demo)
        except Unsupported:
            return []
        return await self._rows(name, symbol)

    async def _rows(self, name: str, symbol: str | None) -> list[Row]:
        native = None if symbol is None else native_symbol(symbol, is_demo=self._is_demo)
        answer = await self._client.read(self._rules.call(name, symbol=native, limit=_MOST))
        listed = answer.get("orders", []) if isinstance(answer, dict) else answer
        return list(rows_of(listed))

    def _plain(self, row: Row) -> UnifiedOrderResult:
        return to_order_result(
            {**row, "clientOrderId": row.get("clientOrderId") or ""}, is_demo=self._is_demo
        )

    def _waiting(self, row: Row) -> UnifiedOrderResult:
        result = to_conditional_result(row)
        self._conditional.add(result.order_id)
        return result
