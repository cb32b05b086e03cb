"""The verbs that run later or on a clock: workers, their ticker, and Procrastinate as a runner only."""
