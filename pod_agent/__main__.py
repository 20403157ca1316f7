"""``python -m pod_agent`` is the ``pod-agent`` command."""

from pod_agent.cli.main import main

if __name__ == "__main__":
    main()
