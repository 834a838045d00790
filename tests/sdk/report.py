"""The report: counts the checks and prints those that fail."""


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        # What the types of an SDK cannot say.
        self.unsupported = 0

    def check(self, sdk, operation, what, expected, came):
        """Compares by value and by type: 10 is neither "10" nor 10.0, True is not 1."""
        difference = first_difference(expected, came, "")
        if difference is None:
            self.passed += 1
            return
        self.failed += 1
        path, expected, came = difference
        print(f"FAILED {operation} | {sdk} | {what}")
        print(f"  at       {path or 'the whole'}\n  expected {expected!r}\n  came     {came!r}", flush=True)


ABSENT = type("Absent", (), {"__repr__": lambda self: "nothing"})()


def first_difference(expected, came, path):
    """The first place where two values differ, and what is there on either side; None if none."""
    if type(expected) is not type(came):
        return path, expected, came
    if isinstance(expected, dict):
        for key in list(expected) + [key for key in came if key not in expected]:
            found = first_difference(expected.get(key, ABSENT), came.get(key, ABSENT), f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(expected, list):
        for at, (left, right) in enumerate(zip(expected, came)):
            found = first_difference(left, right, f"{path}[{at}]")
            if found:
                return found
        if len(expected) != len(came):
            return path + ".length", len(expected), len(came)
        return None
    return None if expected == came else (path, expected, came)
