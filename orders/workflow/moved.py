"""Said in the transaction of every move, to rooms above that this one does not know: what they write is committed with it.

Receivers get `order` (locked, as it is now) and `entry` (its history). What they raise undoes the move: let them write rows.
"""

from django.dispatch import Signal

moved = Signal()
