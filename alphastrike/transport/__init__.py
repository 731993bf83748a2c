"""Below the stages: transport.

In: requests and subscriptions of an adapter. Out: decoded replies, frames and stream states. Halts when:
a ban runs, an outcome is unknown, a stream is silent or misses a message. State: request budgets, the
venue's clock, connections, order books.
"""
