"""Waits for a task with each of the usual libraries: the least that runs."""

import backoff
import tenacity


def states():
    """A task that runs for two polls."""
    left = iter(["running", "running", "success"])
    return lambda: next(left)


def with_tenacity(poll):
    return tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda state: state == "running"),
        wait=tenacity.wait_exponential(0.001, max=0.008),
        stop=tenacity.stop_after_delay(10),
    )(poll)


def with_backoff(poll):
    return backoff.on_predicate(backoff.expo, lambda state: state == "running", factor=0.001, max_time=10)(poll)()


print(with_tenacity(states()), with_backoff(states()))
