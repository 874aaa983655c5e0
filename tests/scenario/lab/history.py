# SPDX-License-Identifier: Apache-2.0
"""What was true when, while rows change and others ask: an answer is right where each hypervisor in
it is as it was at some moment between the question and the answer, and none is missing that
was there all the time."""
import collections
import threading
import time

_KEPT = 500  # moments: far more than pass while one question is answered


class History:
    def __init__(self, read):
        self._read = read  # gives {key: what an answer has of it}
        self._moments = collections.deque(maxlen=_KEPT)  # (begin and end of a change, what is so
        # then, and what the change was)
        self._lock = threading.Lock()

    def change(self, make):
        """make(): the change; it gives its name."""
        with self._lock:  # whose answer shows it already waits for it to be known
            began = time.monotonic()
            name = make()
            self._moments.append((began, time.monotonic(), self._read(), name))

    def list_keys(self):
        """Of what is so now."""
        with self._lock:
            return list(self._moments[-1][2])

    @staticmethod
    def _was_in_parts(one, were):
        """Whether each member was so at some moment: a look-up reads table by table."""
        return one and all(any(was and was[name] == value for was in were)
                           for name, value in one.items())

    def find_wrong(self, asked, answer, keys=None):
        """A sentence on the first thing in an answer, asked for then, that was never so; None
        where all is right. keys: those that were looked up, if it is not all there is."""
        answered = time.monotonic()
        with self._lock:
            moments = list(self._moments)
        ends = [done for _, done, *_ in moments[1:]] + [float("inf")]
        lasted = [moment for moment, end in zip(moments, ends)
                  if moment[0] <= answered and end >= asked]
        states = [state for _, _, state, _ in lasted]
        for key in keys or set(answer).union(*states):
            were = [state.get(key) for state in states]
            one = answer.get(key)
            if one not in were and not (keys and self._was_in_parts(one, were)):
                return (f"{key} is {one}, and was {were} in {answered - asked:.3f} s, "
                        f"after {[name for *_, name in lasted]}")
        return None
