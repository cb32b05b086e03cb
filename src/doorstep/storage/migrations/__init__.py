"""Versions of the schema, in order. `migrate` in `storage.schema` brings a database up to the newest."""
