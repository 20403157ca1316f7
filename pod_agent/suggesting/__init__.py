"""What is suggested to the person: things to buy, hear and watch, and offers; each with its reason, on this machine.

Models and offers are put together here, reordered by what the person said of earlier suggestions, and cut down to the
inputs that the person left on. May write feedback and settings to the person's own pod; opens no socket.
"""
