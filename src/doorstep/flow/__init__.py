"""The way of an order, one file per step: open, read, decide, record. Start with `place`, then read on in its order.

place -> plan -> release -> pick -> pack -> ship -> track; beside it `master`, `receive`, `count` (what an order stands
on), `change` (what a customer wants otherwise), `look` and `explain` (what people see).
"""
