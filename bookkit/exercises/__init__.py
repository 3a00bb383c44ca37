"""The checkers of the chapters' exercises, one module a chapter, each with a tuple EXERCISES."""
