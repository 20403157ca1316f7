"""What a row of a statement means: the merchant's clean name, its category, the kind of the transaction."""
