"""Two flags stand before anything is recorded: switched on, and the terms acknowledged."""

from collections.abc import Callable

from alphastrike.traces.config import TracesConfig

BANNER = """\
traces: enabled, and nothing is recorded: acknowledged_terms is not true.
Many providers' terms forbid training models that compete with theirs on what theirs said, and some models'
licences bind what is made with them. Recording is meant for your own use on your own account; passing on
models made from it is your responsibility. Read the terms of the model you use, then set in alphastrike.toml:
[traces]
acknowledged_terms = true"""


def is_open(config: TracesConfig, say: Callable[[str], None]) -> bool:
    """Whether recording may begin; what is missing is said when only the second flag is."""
    if config.enabled and not config.acknowledged_terms:
        say(BANNER)
    return config.enabled and config.acknowledged_terms
