"""One series over time: its trend, its bends, a declared step."""
