"""WEEX USDT perpetuals over its V3 interface; its demo endpoints serve as the testnet."""
