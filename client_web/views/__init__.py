"""One blueprint per page; each asks the agent, shapes the result and fills a template. No figure is computed twice."""
