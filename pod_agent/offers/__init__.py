"""Public catalogues, fetched whole and matched on this machine; nothing about the person leaves."""
