"""Torture: a busy corner shop whose database, workers and office are killed with signal 9, again and again.

`./run torture --seed S --kills N`. This process buys, picks, packs and scans; it is never killed, and writes down every
answer it was given before it acts on it. The office (`driver`), the workers and PostgreSQL are other processes, and
die. After each death they are started again, and whatever was answered must be there, once.

A killed PostgreSQL loses what it had in its own memory, not what the operating system had taken for the disk: a lie of
the disk itself is not tried here.
"""
