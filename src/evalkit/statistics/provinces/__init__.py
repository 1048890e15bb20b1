"""Provinces beside each other: funnel, equal rates, shrinkage, ranks."""
