"""The contract: commands, events, states, results and migrations. Pure: no I/O, no clock, no imports of services."""
