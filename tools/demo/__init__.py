"""The generator of the invented country: what happened, what was reported of it, and who is there."""
