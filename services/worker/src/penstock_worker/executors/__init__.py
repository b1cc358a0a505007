"""How attempts are executed: one module per kind of executor, all behind the contract in ``base``.

Nothing is imported here on purpose: every warm child process imports this package, and what it does not load it need
not wait for. Start at ``registry``.
"""
