"""What was reported: one tidy table of facts, its checks, its boundaries and the bundle."""
