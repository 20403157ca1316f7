"""From what a person types for their WebID to provider, storages and type index."""
