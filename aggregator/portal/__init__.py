"""The businesses' pages; can show Release values and nothing else about people.

Pages without any script; ``entry`` guards the door, ``charts`` draws bars with intervals, ``exporting`` writes CSV.
"""
