"""LightGBM's C calls for prediction: documented, stable, and without what its Python layer costs a call."""

import ctypes
from importlib import import_module
from typing import Any
from weakref import finalize

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.domain.errors import InvariantBroken

_SETTINGS = b"num_threads=1"
_PROBABILITY, _FLOAT64, _ROW_MAJOR = 0, 1, 1
_FIRST_TREE, _ALL_TREES = 0, -1


class BoosterCalls:
    """Predictions of one booster on one thread: a row at a time, or rows by the thousand."""

    def __init__(self, booster: Any, columns: int) -> None:
        """Prepare the single-row call, which keeps its own row and answer."""
        self._booster = booster  # keeps the handle alive
        self._handle = booster._handle  # noqa: SLF001 - what every C call takes
        self._library = import_module("lightgbm").basic._LIB  # noqa: SLF001
        self._columns = columns
        self._config = ctypes.c_void_p()
        self._row = np.empty(columns)
        self._result = ctypes.c_double()
        self._length = ctypes.c_int64()
        self._check(
            self._library.LGBM_BoosterPredictForMatSingleRowFastInit(
                self._handle,
                ctypes.c_int(_PROBABILITY),
                ctypes.c_int(_FIRST_TREE),
                ctypes.c_int(_ALL_TREES),
                ctypes.c_int(_FLOAT64),
                ctypes.c_int32(columns),
                ctypes.c_char_p(_SETTINGS),
                ctypes.byref(self._config),
            )
        )
        finalize(self, self._library.LGBM_FastConfigFree, self._config)
        self._arguments = (
            self._config,
            self._row.ctypes.data_as(ctypes.c_void_p),
            ctypes.byref(self._length),
            ctypes.byref(self._result),
        )

    def one(self, row: Floats) -> float:
        """Probability of one row: a few microseconds where the Python call takes seventy."""
        self._row[:] = row
        self._check(self._library.LGBM_BoosterPredictForMatSingleRowFast(*self._arguments))
        return self._result.value

    def many(self, rows: Floats, out: Floats) -> None:
        """Probabilities of contiguous rows, written to `out`; the same bits as one by one."""
        self._check(
            self._library.LGBM_BoosterPredictForMat(
                self._handle,
                rows.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(_FLOAT64),
                ctypes.c_int32(len(rows)),
                ctypes.c_int32(self._columns),
                ctypes.c_int(_ROW_MAJOR),
                ctypes.c_int(_PROBABILITY),
                ctypes.c_int(_FIRST_TREE),
                ctypes.c_int(_ALL_TREES),
                ctypes.c_char_p(_SETTINGS),
                ctypes.byref(self._length),
                out.ctypes.data_as(ctypes.c_void_p),
            )
        )

    def _check(self, answer: int) -> None:
        if answer != 0:
            raise InvariantBroken(f"lightgbm: {self._library.LGBM_GetLastError().decode()}")
