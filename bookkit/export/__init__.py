"""Folds the exported cells of the chapters into one library."""
