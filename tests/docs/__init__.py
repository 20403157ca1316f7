"""Docs tests."""
