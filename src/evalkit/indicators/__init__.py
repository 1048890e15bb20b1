"""What a programme asks, for any number of places in one pass."""
