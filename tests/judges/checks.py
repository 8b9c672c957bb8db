"""Checks, each of which must hold. Those of a script run in their order, and all of them run."""

import sys
import traceback

_checks = []


def check(function):
    """Makes a function a check: it fails by raising."""
    _checks.append(function)
    return function


def equal(found, wanted):
    """Fails unless both are the same."""
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


def refused(words, call, *arguments, **named):
    """Fails unless the call raises an error that says all of the words."""
    try:
        result = call(*arguments, **named)
    except Exception as error:
        missing = [word for word in words.split("|") if word not in str(error)]
        if missing:
            raise AssertionError(f"the error does not say {missing}: {error}") from error
        return
    raise AssertionError(f"not refused: {result!r}")


def run():
    """Runs all checks, prints how each failed one failed, and ends the program: with 1 if one failed."""
    failed = 0
    for function in _checks:
        try:
            function()
        except Exception:
            failed += 1
            print(f"FAILED {function.__name__}\n{traceback.format_exc()}")
    print(f"{len(_checks) - failed} of {len(_checks)} checks hold")
    sys.exit(failed > 0 or not _checks)
