"""The book's cells, run where they are read: Python in the reader's browser, without a server of ours.

`engine` runs there, in a worker, and is plain Python; `front/` is the page's side of it.
"""
