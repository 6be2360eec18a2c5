"""The administration API: one table that routes it, describes it, and says who may change something."""
