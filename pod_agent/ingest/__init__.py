"""From importers to the pod and the index: staged, journalled, written month by month, reported."""
