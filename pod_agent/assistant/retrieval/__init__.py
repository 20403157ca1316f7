"""Search over what the records are about, and the sources that answers and search leave out.

Documents are distinct things and monthly summaries, never single rows. They lie in the agent's home with their words
and vectors, are made again from the index at any time, and are never the truth. Nothing here opens a connection.
"""
