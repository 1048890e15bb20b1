"""What each section of the annex says, a module each, and the words that they share."""
