"""`frontdesk try`: the contract as a table of steps, asked of a running server; docs/contract.md is the same table."""
