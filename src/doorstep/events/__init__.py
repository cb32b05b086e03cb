"""What happened: facts in the past tense, each with who, when, where, why and what it touched; never changed."""
