"""A SQLite cache of the pod's records that answers QuerySpecs; may be deleted, is rebuilt from the pod."""
