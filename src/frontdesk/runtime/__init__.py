"""The only place that asks for time, randomness or the outside: clock, keys, tokens, mail, audit, logs."""
