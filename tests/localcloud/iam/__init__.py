"""Does a role's policy allow a call?  A small evaluator that denies what it does not know."""
