"""Text to vectors, on this machine, from model files that were installed: nothing is ever downloaded.

May import nothing of the agent but storage and errors.
"""

from pod_agent.embedding.embedder import Embedder, embedder
from pod_agent.embedding.kept import KeptEmbedder
from pod_agent.embedding.minilm import MiniLM

__all__ = ["Embedder", "KeptEmbedder", "MiniLM", "embedder"]
