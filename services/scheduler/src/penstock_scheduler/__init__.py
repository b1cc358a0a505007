"""The scheduler: folds the facts of its partitions into state, decides what is due, and commits both."""
