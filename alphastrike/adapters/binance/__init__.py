"""Binance USD-M futures: requests, routed streams, algo orders, and its wire as a dialect."""
