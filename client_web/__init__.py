"""The person's pages, on loopback only; sees the agent through ``pod_agent.__all__``."""
