"""Around the stages: traces. In: what was said to and by an advisor. Out: rows in a database.

Halts when: never; a failed write costs a trace and nothing else. State: the database.
"""
