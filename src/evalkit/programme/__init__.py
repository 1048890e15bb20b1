"""What was promised: the programme and its places, declared in TOML and CSV."""
