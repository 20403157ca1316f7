"""The ``pod-agent`` command; one module per group of commands, heavy packages imported when needed."""
