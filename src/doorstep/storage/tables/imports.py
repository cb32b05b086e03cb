"""Imports: what each file brought, which orders came by one, and the maps remembered for files of one shape."""

from __future__ import annotations

from sqlalchemy import Index, Table

from doorstep.storage.tables.columns import VIEWS, instant, key, whole, words

imports = Table(
    "imports",
    VIEWS,
    key("import_id"),
    words("kind"),
    words("file"),
    words("file_digest"),
    words("map_digest"),
    whole("good"),
    whole("bad"),
    whole("created"),
    whole("changed"),
    whole("same"),
    instant("made_at", nullable=False),
    instant("ended_at"),
    instant("undone_at"),
    Index("imports_by_file", "kind", "file_digest", "map_digest"),
)

imported_order = Table(
    "imported_order",
    VIEWS,
    key("customer_id"),
    key("reference"),
    words("order_id"),
    words("import_id"),
    words("digest"),
)

import_map = Table("import_map", VIEWS, key("kind"), key("fingerprint"), words("text"))
