"""Pre-trade rules, one file each: what the account would be at worst after an order, against a limit."""
