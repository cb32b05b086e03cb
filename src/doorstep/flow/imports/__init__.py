"""Imports: rows of a file become what they say, chunk by chunk, or come back with a reason; and can be taken back."""
