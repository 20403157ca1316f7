"""The businesses' pages; can show Release values and nothing else about people."""
