"""The quote and the joint plan: composes the deciders for one order or for all open orders together."""
