"""Who may be asked. Every advisor answers a review with tool calls; the guard believes none of them."""
