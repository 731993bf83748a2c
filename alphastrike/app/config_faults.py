"""One thing wrong with one key, in words a person can act on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from alphastrike.app.toml_lines import KeyPath

# What pydantic calls these rules is about Python; a configuration file has other words.
_RULES = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "tuple_type": "a list",
    "too_short": "a list that is not empty",
    "path_type": "a path",
}


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
        rule = _RULES.get(found["type"], rule.replace("String should match pattern", "text of the form"))
        if "allowed" not in rule and not isinstance(found["input"], Mapping):
            rule = f"observed {found['input']!r}, allowed {rule}"
        yield Fault((*above, *(str(part) for part in found["loc"])), rule)
