"""Whether a local model can be asked, and what to do when not."""

import json
import urllib.error
import urllib.request
from importlib.util import find_spec

from alphastrike.llm.config import OllamaConfig

_INSTALL = (
    "install it from https://ollama.com/download, start it (`ollama serve`), then `ollama pull {model}`"
)


def ollama_state(settings: OllamaConfig, patience_s: float = 1.0) -> str:
    """One line on the configured model: there, or the next thing to do. Asks the configured host only."""
    if find_spec("ollama") is None:
        return "client not installed; optional, for --llm ollama: pip install 'alphastrike[llm]'"
    try:
        with urllib.request.urlopen(f"{settings.host}/api/tags", timeout=patience_s) as answer:  # noqa: S310
            listed = json.load(answer)["models"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"no answer at {settings.host}; optional: {_INSTALL.format(model=settings.model)}"
    digests = {str(one.get("model")): str(one.get("digest")) for one in listed}
    digest = digests.get(settings.model) or digests.get(f"{settings.model}:latest")
    if digest is None:
        return f"answers at {settings.host}, without {settings.model}: run `ollama pull {settings.model}`"
    return f"answers at {settings.host}; {settings.model} is {digest[:19]}"
