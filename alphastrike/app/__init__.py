"""Above the stages: app.

In: configuration and data paths. Out: assembled engines and finished runs. Halts when: the
configuration or the data cannot be used. State: none.
"""
