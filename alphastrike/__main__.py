"""`python -m alphastrike`: the same as the `alphastrike` command."""

from alphastrike.cli.main import main

main()
