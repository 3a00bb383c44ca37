"""How close the library's equations come to answers that were found by other means.

`table` lists them by chapter, `measures` and the modules named there compute an error, `oracles` has
the other means, and `command` keeps what was measured in assets/equations.json, which the website
shows.
"""
