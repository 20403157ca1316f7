"""Who may do what with a resource on a Solid server: rules of WAC and ACP, as one kind of value."""
