"""MessagePack for actions: the part of it that JSON values need, in its shortest form.

Source: the MessagePack specification, https://github.com/msgpack/msgpack/blob/master/spec.md.
"""

from collections.abc import Mapping, Sequence

Packable = Mapping[str, "Packable"] | Sequence["Packable"] | str | int | float | bool | None

_UNSIGNED = ((0xFF, b"\xcc", 1), (0xFFFF, b"\xcd", 2), (0xFFFFFFFF, b"\xce", 4), (2**64 - 1, b"\xcf", 8))
_SIGNED = ((0x80, b"\xd0", 1), (0x8000, b"\xd1", 2), (0x80000000, b"\xd2", 4), (2**63, b"\xd3", 8))


def pack(value: Packable) -> bytes:
    """A value as bytes; the keys of a mapping keep their order.

    `ValueError` for a number with a point, which the venue never signs, and for integers beyond 64 bits.
    """
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, str):
        raw = value.encode()
        return _length(len(raw), 0xA0, 32, (b"\xd9", b"\xda", b"\xdb")) + raw
    if isinstance(value, Mapping):
        items = b"".join(pack(key) + pack(item) for key, item in value.items())
        return _length(len(value), 0x80, 16, (b"", b"\xde", b"\xdf")) + items
    if isinstance(value, Sequence):
        return _length(len(value), 0x90, 16, (b"", b"\xdc", b"\xdd")) + b"".join(map(pack, value))
    raise ValueError(f"observed {type(value).__name__}, allowed text, integers, truth, lists and mappings")


def _integer(value: int) -> bytes:
    if -32 <= value < 128:
        return (value & 0xFF).to_bytes(1, "big")
    for bound, mark, width in _UNSIGNED if value > 0 else _SIGNED:
        if (value if value > 0 else -value) <= bound:
            return mark + value.to_bytes(width, "big", signed=value < 0)
    raise ValueError(f"observed {value}, allowed an integer of 64 bits")


def _length(count: int, fixed: int, fixed_limit: int, marks: tuple[bytes, bytes, bytes]) -> bytes:
    if count < fixed_limit:
        return bytes([fixed | count])
    if count <= 0xFF and marks[0]:
        return marks[0] + count.to_bytes(1, "big")
    if count <= 0xFFFF:
        return marks[1] + count.to_bytes(2, "big")
    return marks[2] + count.to_bytes(4, "big")
