"""How a researcher plays with it in JupyterLab."""
