"""Language models that may read or word questions: optional, chosen by the person, never the source of a figure.

May touch the model's file, a process of its own and, for a model at an address, that address. Records, amounts and
free text of the person never come here; names come as placeholders.
"""
