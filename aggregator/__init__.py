"""The businesses' side: studies, the two servers of each sum, noise, releases, training rounds, the portal.

Never imports ``pod_agent``; meets agents over HTTP and Flower.
"""
