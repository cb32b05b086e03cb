"""Tables that people hand in: files to rows of cells, joined, read by a map into values or numbered problems."""
