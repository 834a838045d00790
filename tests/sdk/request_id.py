"""The request ids that a state determines: those of the n-th request of a seed, in each cloud's shape."""

import re

UUID = "[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}"
SHAPE = {"ehpc": re.compile(UUID), "ack": re.compile(UUID), "dws": re.compile("[0-9a-f]{32}")}


def split_mix_64(seed, index):
    """The index-th number of Vigna's SplitMix64."""
    mask = (1 << 64) - 1
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def request_id(service, seed, number):
    """Upper-case UUIDs of version 4 at Alibaba, 32 lower-case digits at Huawei."""
    digits = "".join(f"{split_mix_64(seed, 2 * number + half):016x}" for half in (0, 1))
    if service == "dws":
        return digits
    digits = digits.upper()
    variant = "89AB"[ord(digits[16]) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
