"""Relations: codes that stand together, codes by attribute of the interviews, and codes through an interview."""
