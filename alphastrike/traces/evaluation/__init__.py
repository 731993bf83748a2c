"""How good answers to recorded reports are, by what a replay found of every answer."""
