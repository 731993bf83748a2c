"""Above the stages: cli.

In: a command line. Out: results on stdout, everything else on stderr, an exit code. Halts
when: the command line, the configuration or the data cannot be used. State: none.
"""
