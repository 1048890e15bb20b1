"""Cases whose numbers come from elsewhere, held against what the kit computes: ``python -m tests.reference FOLDER``."""
