"""Figures as agencies send them: a form is read by its mapping, every cell is taken, held or left, and nothing is guessed."""
