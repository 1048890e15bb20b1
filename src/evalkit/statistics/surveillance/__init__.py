"""Weeks, months and quarters watched as they come: what the next count may be before it is unusual."""
