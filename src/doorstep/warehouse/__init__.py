"""The floor: which bins a wave is picked from, what a pick comes to, where goods go back to."""
