"""Who may do what: a role for each department, and for each role what it may see and do. Pure."""
