"""What stock means: who is let down when a count finds less, who is served first when an inbound arrives."""
