"""What the company wants, and how near it came: the score of promises."""
