"""The person's data out of here: to another pod, into open formats, or erased. It opens no connection of its own."""
