"""A page of PDF as the dots of a printer."""

from __future__ import annotations

import numpy as np
import pypdfium2 as pdfium

_DARK = 128
_POINTS_PER_INCH = 72


def dots(document: bytes, dpi: int) -> tuple[int, bytes]:
    """The first page in black and white: bytes to a row, and the rows from the top; a bit of 1 is black."""
    opened = pdfium.PdfDocument(document)
    try:
        grey = opened[0].render(scale=dpi / _POINTS_PER_INCH, grayscale=True).to_numpy()
        black = np.packbits(np.squeeze(grey) < _DARK, axis=1)
    finally:
        opened.close()
    return int(black.shape[1]), black.tobytes()
