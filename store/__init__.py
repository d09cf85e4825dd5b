"""What a study knows: its records, its event log, its vector index."""
