"""An order as the variables a description may send."""

from alphastrike.domain.orders import UnifiedOrder


def order_variables(order: UnifiedOrder, native: str) -> dict[str, str | None]:
    """Every variable of `place_order` and `place_conditional`; None leaves its parameter out."""
    intent = "CLOSE" if order.reduce_only else "OPEN"
    return {
        "native": native,
        "side": order.side.name,
        "order_type": order.order_type.name,
        "quantity": format(order.quantity, "f"),
        "price": None if order.price is None else format(order.price, "f"),
        "trigger_price": None if order.trigger_price is None else format(order.trigger_price, "f"),
        "time_in_force": None if order.price is None else order.time_in_force.name,
        "reduce_only": "true" if order.reduce_only else "false",
        "side_intent": f"{order.side.name}_{intent}",
        "client_order_id": order.client_order_id,
    }
