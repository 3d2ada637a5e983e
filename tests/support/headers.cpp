// Nothing: it is compiled for its precompiled headers, which the unit tests use.
