"""Links: the only way out. One sender to carriers; what comes back is a value, also when nothing does."""
