"""Financial intent of short texts: a head trained on a bank of templates, measured on wordings it never saw."""
