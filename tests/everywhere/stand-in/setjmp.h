/* cmocka wants it included before itself; its stand-in needs nothing of it. */
