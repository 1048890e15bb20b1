"""What it amounts to: pure functions from frames to frames and records."""
