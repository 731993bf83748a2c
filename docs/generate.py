"""Write the pages that are generated from the code: `python docs/generate.py`."""

from pathlib import Path

from alphastrike.app.config_reference import reference_markdown

(Path(__file__).parent / "configuration.md").write_text(reference_markdown(), encoding="utf-8")
