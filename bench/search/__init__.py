"""Search held against its parts: which documents words, meaning and both together find, and what an index costs."""
