"""Hyperliquid: perpetuals margined in USDC, orders as signed actions, funding every hour."""
