"""Index to numbers: regular series, vectors and baskets that models learn from."""
