"""Pure functions of counts, exposures and a law of scatter: they know no programme."""
