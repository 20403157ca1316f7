"""From a noisy sum to what is published: one room for each step, all of it computed from public numbers."""
