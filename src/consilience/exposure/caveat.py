"""What a curve over trials' exposures does not say."""

CAVEAT = (
    "Ecological caveat: these are differences between trials. Trials whose participants attended "
    "more differ in other ways as well, and nothing here says what a participant who attends more "
    "would gain."
)
"""Printed beside every curve along an exposure."""
