"""Webhooks: tells the targets that an operator has named how runs end, at least once, from what the log says.

``target`` is who is told, ``selection`` what of, ``message`` in which words; ``posting`` is one request, ``delivery``
the loop of one target in one partition, ``outbox`` all loops of a partition, ``courier`` what the partitions share.
"""
