"""What a step reads, by subject. Rows in, values of `terms` and plain rows out."""
