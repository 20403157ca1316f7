"""A pod and this machine brought together: what to fetch, what it turned out to be, what to take over or mend."""
