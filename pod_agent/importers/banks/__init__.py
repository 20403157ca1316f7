"""Banks and cards: OCBC, issuers' tables by profile, OFX, QIF, CAMT, MT940, Mastercard Open Finance."""
