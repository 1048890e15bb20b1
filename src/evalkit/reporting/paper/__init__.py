"""Figures for papers: what a record's frame holds, drawn for print on white, by matplotlib and seaborn, on request alone."""
