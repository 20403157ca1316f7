"""Offers: public catalogues fetched whole and matched on this machine; nothing about the person leaves.

``catalogue`` may open a socket, for one GET that is the same for every agent; ``matching`` sees the index only.
"""
