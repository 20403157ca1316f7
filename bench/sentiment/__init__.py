"""Sentiment of texts: MiniLM with a logistic head against VADER, on labelled sets that packages ship."""
