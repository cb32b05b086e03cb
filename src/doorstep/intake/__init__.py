"""What comes in from outside, to values or to numbered problems: nothing half-guessed, nothing silently dropped."""
