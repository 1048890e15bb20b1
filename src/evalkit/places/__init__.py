"""Where: two schemes of boundaries, names and aliases, population."""
