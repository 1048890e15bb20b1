"""The effect of a programme, from treated and untreated places."""
