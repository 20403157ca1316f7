"""From a study's statistic to what this person answers: what may be asked, how it is computed, how it is told."""
