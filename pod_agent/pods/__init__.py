"""The pod: a private folder on this machine, or a container on a Solid server; both behind one protocol.

May open sockets to the person's own pod and identity provider, and to nobody else.
"""
