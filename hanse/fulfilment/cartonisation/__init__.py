"""Cartonisation: which cartons an order travels in, and where in them each unit lies. Pure: no database, no clock.

`cartonise` is the door. Behind it, from the order down to the shapes:

    cartonise   units, cartons, contract and rules in, a proven proposal with alternatives and reasons out
    asked       units, cartons, rules; who may share a carton
    findings    what cannot be packed, and why
    rounds      many cartons: again, with what went badly put in first
    filling     carton by carton, the cheapest set
    offers      one carton: all in, or as many as go in
    placing     boxes into one room: the search
    exactly     a few boxes: every way tried
    choosing, blocks, touching, bearing, spaces    what the search looks at
    proof       an independent look at every placing
    by_volume   what volumes alone can say
    layers      a placing as pictures, layer by layer
"""

from hanse.network.billed import Contract, in_force

from .asked import CartonType, Rules, Units
from .cartonise import Cartonised, cartonise
from .layers import layers

__all__ = ["CartonType", "Cartonised", "Contract", "Rules", "Units", "cartonise", "in_force", "layers"]
