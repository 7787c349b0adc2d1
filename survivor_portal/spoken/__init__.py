"""What people write down, say and type back: codes with a check sign; phrases that anybody would guess."""

from survivor_portal.spoken._codes import ALPHABET, LONGEST_TYPED, Mistyped, drawn, read, shown
from survivor_portal.spoken._guesses import bare, easily_guessed

__all__ = ["ALPHABET", "LONGEST_TYPED", "Mistyped", "bare", "drawn", "easily_guessed", "read", "shown"]
