"""What may leave the room: protection of small counts of persons, on the facts, for the whole country at once."""
