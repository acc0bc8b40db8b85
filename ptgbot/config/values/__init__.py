"""How a value is read: each function makes one of what a file or the environment holds, or says what is wrong.

All of them raise ValueError with a text that goes on after the setting's key. They take a value in the form in which
JSON has it, as text (all that the environment has), and as they return it themselves.
"""
