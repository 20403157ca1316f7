"""Running a Solid server for oneself or for others: its settings, configuration, state, backups and systemd units.

Opens no socket of its own but to the server that runs from the same folder (``local.py``).
"""
