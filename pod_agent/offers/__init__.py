"""Offers: public catalogues fetched whole and matched on this machine; nothing about the person leaves.

``catalogue`` may open a socket, for one GET that is the same for every agent; everything else sees the catalogue and
the index only. ``desk`` is what the agent, the command line and the pages use.
"""
