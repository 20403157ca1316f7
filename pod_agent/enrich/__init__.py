"""What a row of a statement means: the merchant's clean name, its category, its kind, what belongs to what.

Pure: tables and rules in, meaning out; nothing here knows a pod, an index or a clock.
"""
