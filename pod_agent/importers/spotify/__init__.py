"""Spotify: the extended streaming history, the account data, playlists and the library."""
