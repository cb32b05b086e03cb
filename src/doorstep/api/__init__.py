"""HTTP and JSON in and out: a request is read once, a verb of `flow` is called, its answer or its refusal is told.

`app` puts the room together and `serve` opens it to callers; what goes wrong is told in one shape, in `problems`.
"""
