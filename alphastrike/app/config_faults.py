"""One thing wrong with one key, in words a person can act on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from alphastrike.app.toml_lines import KeyPath


@dataclass(frozen=True, slots=True)
class Fault:
    """A key and what is wrong with it: the value observed and those allowed."""

    path: KeyPath
    problem: str

    def __str__(self) -> str:
        """The key, then the problem."""
        return f"{'.'.join(self.path)}: {self.problem}"


def faults_of(error: ValidationError, above: KeyPath = ()) -> Iterator[Fault]:
    """The faults pydantic found, below the table `above`, in the order of the model."""
    for found in error.errors():
        rule = found["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        rule = rule.replace("String should match pattern", "text of the form")
        if "allowed" not in rule and not isinstance(found["input"], Mapping):
            rule = f"observed {found['input']!r}, allowed {rule}"
        yield Fault((*above, *(str(part) for part in found["loc"])), rule)
