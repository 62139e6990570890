"""Signing in at the university, by OpenID Connect. Loaded only where the settings name a provider.

allauth keeps what is begun (state, PKCE) and the accounts; what it leaves open is decided here: the
answer must carry our nonce and a signature we have checked, and an account that is there already
is entered only by an address that both sides know to be its owner's.
"""
