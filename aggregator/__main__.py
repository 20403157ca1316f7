"""``python -m aggregator`` is the ``pod-aggregator`` command."""

from aggregator.cli import main

if __name__ == "__main__":
    main()
