"""The labs, one module each; `import nnfs_lib` does not import them.

Generated from the chapters: edit them, not this file.
"""
