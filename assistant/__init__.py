"""What is done with a study: a room for each stage of the research, in the order of the research."""
