"""Reading a `venue.yaml`: either a sound description with its document, or every fault there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from alphastrike.adapters.openapi.checking import Fault, faults_of
from alphastrike.adapters.openapi.description import VenueDescription
from alphastrike.adapters.openapi.document import Document, read_tree
from alphastrike.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class LoadedVenue:
    """A description that has passed every check, and the document it was checked against."""

    description: VenueDescription
    document: Document


def examine(path: Path, *, deeply: bool = True) -> tuple[LoadedVenue | None, list[Fault]]:
    """What can be loaded, and everything wrong with it; nothing is loaded while anything is wrong.

    `deeply` also holds the document against the OpenAPI standard, which takes seconds for a large one.
    """
    try:
        description = VenueDescription.model_validate(read_tree(path))
    except ValidationError as error:
        return None, list(_faults_of_model(error))
    beside = path.parent / description.openapi
    if beside.parent.resolve() != path.parent.resolve():
        return None, [Fault("openapi", description.openapi, f"a file beside {path.name}")]
    document = Document.read(beside)
    found = [*(_standard_faults(document) if deeply else ()), *faults_of(description, document)]
    return (None if found else LoadedVenue(description, document)), found


def load_venue(path: Path) -> LoadedVenue:
    """A venue that can be traded on; a `ConfigError` with every fault otherwise."""
    loaded, found = examine(path, deeply=False)
    if loaded is None:
        listed = "\n".join(f"  {one.place}: observed {one.observed}, allowed {one.allowed}" for one in found)
        raise ConfigError(f"{path}: {len(found)} faults; see `alphastrike venue check`:\n{listed}")
    return loaded


def _faults_of_model(error: ValidationError) -> Iterator[Fault]:
    for found in error.errors():
        place = ".".join(str(part) for part in found["loc"] if part not in ("Reading", "Value", "str"))
        observed = found["input"] if not isinstance(found["input"], dict) else "a table"
        if found["type"] == "extra_forbidden":
            yield Fault(
                place, "a key that means nothing here", "the keys of docs/concepts/adapters-openapi.md"
            )
        else:
            yield Fault(place, "nothing" if found["type"] == "missing" else repr(observed), found["msg"])


def _standard_faults(document: Document) -> Iterator[Fault]:
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # noqa: PLC0415

    is_early = str(document.tree["openapi"]).startswith("3.0")
    validator = OpenAPIV30SpecValidator if is_early else OpenAPIV31SpecValidator
    for found in validator(dict(document.tree)).iter_errors():
        place = "/".join(str(part) for part in found.absolute_path) or "(the whole document)"
        yield Fault(f"{document.name}#/{place}", found.message[:200], "OpenAPI 3")
