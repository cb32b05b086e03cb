"""Carriers' price lists as files: TOML that says what holds, tables of prices and zones beside it."""
