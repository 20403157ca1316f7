"""One file per kind of export: bytes in, records, issues and skipped rows out.

Importers are pure and never import one another.
"""
