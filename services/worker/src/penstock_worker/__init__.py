"""The Penstock worker: claims attempts that are ready, executes them and reports how they ended."""
