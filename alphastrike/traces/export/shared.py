"""What many records hold alike, as one object."""

from typing import Any


class Shared(dict[str, Any]):
    """An object that many records share and nobody changes; `text` is its JSON, once it was asked for."""

    text: str | None = None
