"""The library as each chapter leaves it: ch01, ch02, ...

Generated from the chapters: edit them, not this file.
"""
