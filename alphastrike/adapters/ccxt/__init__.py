"""Breadth: any venue that the ccxt library knows, under this house's transport, limits and manners."""
