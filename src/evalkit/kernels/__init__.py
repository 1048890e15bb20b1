"""Warm Jupyter kernels, and nothing else."""
