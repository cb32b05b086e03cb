"""The terminal: the verbs of flow for people at a keyboard and for scripts. A door; it decides nothing itself.

Nothing heavy is imported before a verb runs, so that `--help` answers at once: every verb imports what it calls.
"""
