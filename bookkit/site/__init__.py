"""The website: a Sphinx extension, a local server and the search for a browser."""
