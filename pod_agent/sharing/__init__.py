"""Giving another WebID read access to chosen data in the pod, and taking it back: through the gate, never around it."""
