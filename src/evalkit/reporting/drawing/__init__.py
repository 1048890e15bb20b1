"""Drawings of the brief, straight as SVG: each drawn wide and for a phone, in colours that follow the page."""
