"""``python -m evalkit``. Light: worker processes load this module again."""

from evalkit.cli import main

if __name__ == "__main__":
    main()
