"""Around the stages: simulator.

In: a market feed, wire dialects, requests and frames of clients. Out: replies and frames, as the real venue
words them, and faults on demand. Halts when: a client breaks its venue's rules. State: one practice
exchange, its accounts, its clock, its connections.
"""
