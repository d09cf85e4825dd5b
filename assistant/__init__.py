"""What is done with a study: a room for each stage of the research, in the order of the research."""

import os

# Threads that wait by spinning take the cores from whoever works: beside another busy program, telling speakers apart
# took fifteen times as long. Libraries read this when they are loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
