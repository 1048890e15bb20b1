"""How it is repeated for every province: plan, execute, render, publish, verify."""
