"""XXH64, as Trino's xxhash64 gives it: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md"""

from __future__ import annotations

_ONE, _TWO, _THREE = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_FOUR, _FIVE = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_MASK = (1 << 64) - 1


def _turned(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _round(state: int, lane: int) -> int:
    return _turned((state + lane * _TWO) & _MASK, 31) * _ONE & _MASK


def xxhash64(data: bytes) -> bytes:
    """The hash of the bytes with the seed 0, as 8 bytes."""
    place, length = 0, len(data)
    if length >= 32:
        states = [(_ONE + _TWO) & _MASK, _TWO, 0, -_ONE & _MASK]
        while place <= length - 32:
            for lane in range(4):
                states[lane] = _round(states[lane], int.from_bytes(data[place : place + 8], "little"))
                place += 8
        value = sum(_turned(state, bits) for state, bits in zip(states, (1, 7, 12, 18), strict=True)) & _MASK
        for state in states:
            value = ((value ^ _round(0, state)) * _ONE + _FOUR) & _MASK
    else:
        value = _FIVE
    value = (value + length) & _MASK
    while place <= length - 8:
        value = _turned(value ^ _round(0, int.from_bytes(data[place : place + 8], "little")), 27) * _ONE + _FOUR & _MASK
        place += 8
    if place <= length - 4:
        value ^= int.from_bytes(data[place : place + 4], "little") * _ONE & _MASK
        value = (_turned(value, 23) * _TWO + _THREE) & _MASK
        place += 4
    for byte in data[place:]:
        value = _turned(value ^ (byte * _FIVE & _MASK), 11) * _ONE & _MASK
    value = (value ^ (value >> 33)) * _TWO & _MASK
    value = (value ^ (value >> 29)) * _THREE & _MASK
    return (value ^ (value >> 32)).to_bytes(8, "big")
