"""The HTTP API: requests go to the inbox, answers come from the projections."""
