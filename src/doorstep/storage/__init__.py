"""The database: journal, tables, queries, the embedded server. The only room that writes."""
