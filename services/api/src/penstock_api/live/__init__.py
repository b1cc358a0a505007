"""The live feed: the log of every partition, followed once per process and shared by all who watch."""
