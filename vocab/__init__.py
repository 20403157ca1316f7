"""Names, records, queries, studies and messages that both sides share.

No I/O at all: nothing here opens a file, a socket or a clock, and randomness is handed in.
"""
