"""Around the stages: marketdata.

In: candle and funding files of any supported format. Out: CandleHistory, FundingHistory,
a Parquet store, findings. Halts when: never; an unusable file is a DataError. State: none.
"""
