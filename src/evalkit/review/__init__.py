"""A reader that does not trust the writer: pages are read again, as anybody would, and held against themselves.

Nothing here knows how a page was computed or written. What is known is HTML and the words of both languages in
:mod:`evalkit.review.vocabulary`; everything else stands on the page or is not there.
"""
