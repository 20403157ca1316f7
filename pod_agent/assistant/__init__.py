"""Questions in words to a QuerySpec, to a computed and cited Answer."""
