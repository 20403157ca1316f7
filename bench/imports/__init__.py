"""Imports, from export file to finished Turtle documents, against a plain reading of the same bytes."""
