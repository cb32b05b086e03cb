"""How sure a share is that was counted, so that few cases are not taken for many."""

from __future__ import annotations

from math import isqrt

_PPM = 1_000_000
# The two-sided 95 % point of the normal distribution, in thousandths.
_Z_THOUSANDTHS = 1_960


def interval_ppm(kept: int, of: int) -> tuple[int, int]:
    """Wilson's 95 % interval of a share `kept` / `of`, both ends in parts per million; (0, 1,000,000) of none.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927). Whole numbers throughout.
    """
    if not of:
        return 0, _PPM
    z2 = _Z_THOUSANDTHS**2  # in millionths
    # (kept + z2/2 -+ z * sqrt(kept * (of - kept) / of + z2/4)) / (of + z2), everything times 10**6.
    root = isqrt((kept * (of - kept) * 4 * _PPM // of + z2) * z2 // 4)
    middle, whole = kept * _PPM + z2 // 2, of * _PPM + z2
    low, high = max(middle - root, 0), middle + root
    return low * _PPM // whole, min(-(-high * _PPM // whole), _PPM)


def share_ppm(part: int, of: int) -> int | None:
    """`part` of `of` in parts per million, rounded half up; None of none."""
    return (2 * part * _PPM + of) // (2 * of) if of else None
