"""Which formula prices which technology. What is not listed here is quoted by hand.

To add a family: one module with a FORMULA, one line here, its codes' words in quoting/pricing_words.py.
"""

from quoting.pricing import fdm, milling, molding, powder, resin, slm, turning
from quoting.pricing.catalogue import Technology
from quoting.pricing.job import Formula

FORMULAS: dict[Technology, Formula] = {
    "fdm": fdm.FORMULA,
    "sla": resin.FORMULA,
    "sls": powder.FORMULA,
    "mjf": powder.FORMULA,
    "slm": slm.FORMULA,
    "milling": milling.FORMULA,
    "turning": turning.FORMULA,
    "molding": molding.FORMULA,
}
