"""What a document is, told by its first bytes: what a server says of it may be wrong."""

from __future__ import annotations

_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"^XA", "application/zpl"),
    (b"~", "application/zpl"),  # a command to the printer before the label
    (b"\xef\xbb\xbf^XA", "application/zpl"),
)


def media_type(content: bytes) -> str:
    """PDF, PNG or ZPL; '' for anything else."""
    begins = content[:64].lstrip(b" \r\n\t")
    return next((kind for beginning, kind in _BEGINNINGS if begins.startswith(beginning)), "")
