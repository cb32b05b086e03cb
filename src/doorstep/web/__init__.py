"""The pages: for the people of each department, and the one that a customer sees. A door: each page asks `flow`."""
