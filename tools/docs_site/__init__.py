"""The documentation site: the pages of docs/, the notebooks to explore and what the code says of itself, read without network.

``make docs`` writes it into ``docs/_site``, which git ignores. Nothing is written twice by hand: pages stand in the repository as they are
read on their own, and their links are turned to where the pages stand in the site.
"""
