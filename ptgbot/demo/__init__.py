"""Everything that ``ptgbot demo`` needs and nothing else does: no account, no network but loopback.

===============  ===================================================================================
``event``        the sample event, and the same event moved so that its first day is today
``ircd``         a small IRC server: sockets, buffers, and when to give up on a client
``ircnet``       who is on it: users, channels, and the lines that go between them
``ircverbs``     what IRC commands do there about people
``ircchannels``  what IRC commands do there about channels
``ircline``      the lines of the IRC protocol, read and written
``prompt``       the person at the terminal, as a client of that server
``terminal``     typing a line while other lines arrive
===============  ===================================================================================
"""

__all__ = ["event", "ircchannels", "ircd", "ircline", "ircnet", "ircverbs", "prompt", "terminal"]
