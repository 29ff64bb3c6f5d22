"""Gives each request an address of its own, or what is allowed to one address would be all that is tested."""

import itertools

import schemathesis

numbers = itertools.count(1)


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """The server takes the address from its proxy's word."""
    n = next(numbers)
    case.headers["X-Forwarded-For"] = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
