"""REFI-QDA 1.0: projects (qdpx) and codebooks (qdc), in and out."""
