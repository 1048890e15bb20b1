"""The brief that a page begins with: what an official reads in three minutes. Everything else is in the annex."""
