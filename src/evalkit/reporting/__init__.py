"""How it is shown: typed sections in Vietnamese and English, and the page they make."""
