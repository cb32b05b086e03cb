"""The twin: a false world for the real programme, seeded, under a clock of its own."""
