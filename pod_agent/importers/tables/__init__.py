"""Any table: CSV, JSON, workbooks, Parquet, databases and streams, by a mapping that the person confirmed."""
