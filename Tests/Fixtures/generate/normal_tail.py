"""Fits the polynomial of `normal_tail` in Sources/CKernels/Activations.c. Made with Python 3.11, numpy 2.4, scipy 1.17.

The upper tail of the normal distribution is Q(x) = exp(-x²/2) · t · p(t) with t = 1 / (1 + 0.24 x). p is fitted over 0 ≤ x ≤ 15, beyond which
Q vanishes in float32, by least squares of the relative error at Chebyshev points. Prints the coefficients, lowest first, and the largest
relative error.
"""

import numpy as np
from numpy.polynomial import polynomial
from scipy.special import erfcx

RATE, LAST, DEGREE, POINTS = 0.24, 15, 9, 400


def scaled_tail(t):
    x = (1 / t - 1) / RATE
    return erfcx(x / np.sqrt(2)) / 2 / t


lowest = 1 / (1 + RATE * LAST)
nodes = np.cos((np.arange(POINTS) + 0.5) * np.pi / POINTS)
t = (1 + lowest) / 2 + (1 - lowest) / 2 * nodes
fit = polynomial.Polynomial.fit(t, scaled_tail(t), DEGREE, w=1 / scaled_tail(t)).convert().coef
print("\n".join(f"{c:.9e}f" for c in fit))
dense = np.linspace(lowest, 1, 100001)
rounded = fit.astype(np.float32).astype(np.float64)
print("error", np.abs(polynomial.polyval(dense, rounded) / scaled_tail(dense) - 1).max())
