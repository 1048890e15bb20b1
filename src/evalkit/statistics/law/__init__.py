"""How far yearly counts scatter beyond chance: one law a measure, found in the panel."""
