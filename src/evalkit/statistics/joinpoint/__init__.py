"""Joinpoint regression of series of counts, rates or other points."""
