"""Text to vectors, on this machine; may import nothing of the agent but config and errors."""
