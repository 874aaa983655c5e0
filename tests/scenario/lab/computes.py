# SPDX-License-Identifier: Apache-2.0
"""Computes that answer calls, that for their uptime as a healthy nova-compute would, and others
that have a queue and never look into it.

    computes.py BROKER-URL

reads a command a line, in JSON, and answers each with a line:
["answer", [HOST...]]   these answer from now on
["hang", [HOST...]]     these have a queue that nobody reads
["count", HOST]         how many messages wait for one of those
It is run by Debian's Python, which has kombu, by which Nova itself speaks to RabbitMQ.
"""
import json
import select
import socket
import subprocess
import sys
import uuid

UPTIME = " 10:00:00 up 42 days,  1:23,  0 users,  load average: 0.10, 0.12, 0.14\n"
_POLL = 0.02  # s between two looks for a command


class Computes:
    """The process that this file is, as a scenario has it."""

    def __init__(self, url):
        from . import process  # not where this file is run
        self._kill = process.kill
        self._process = process.start(
            ["/usr/bin/python3", __file__, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=process.SYSTEM, text=True)

    def _do(self, *command):
        print(json.dumps(command), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def answer(self, hosts):
        self._do("answer", list(hosts))

    def hang(self, hosts):
        self._do("hang", list(hosts))

    def count(self, host):
        return self._do("count", host)

    def stop(self):
        self._kill(self._process)


class _Broker:
    """The process itself."""

    def __init__(self, connection):
        import kombu  # not where this file is imported
        self._kombu = kombu
        self._connection = connection
        self._channel = connection.channel()
        self._exchange = kombu.Exchange("nova", type="topic", durable=False)
        self._producer = kombu.Producer(self._channel)
        self._messages = []

    def _declare(self, host):
        queue = self._kombu.Queue(f"compute.{host}", self._exchange, f"compute.{host}",
                                  durable=False)(self._channel)
        queue.declare()
        return queue

    def answer(self, hosts):
        self._kombu.Consumer(self._channel, [self._declare(host) for host in hosts],
                             on_message=self._messages.append).consume()

    def hang(self, hosts):
        for host in hosts:
            self._declare(host)

    def count(self, host):
        return self._declare(host).queue_declare(passive=True).message_count

    def _reply(self, message):
        message.ack()
        asked = json.loads(json.loads(message.body)["oslo.message"])
        if "_msg_id" not in asked:
            return  # it wants no answer
        answer = {"result": UPTIME if asked["method"] == "get_host_uptime" else None,
                  "failure": None, "ending": True, "_msg_id": asked["_msg_id"],
                  "_unique_id": uuid.uuid4().hex}
        self._producer.publish(
            {"oslo.version": "2.0", "oslo.message": json.dumps(answer)},
            exchange="", routing_key=asked["_reply_q"], serializer="json")

    def serve(self):
        while True:
            try:
                self._connection.drain_events(timeout=_POLL)
            except socket.timeout:
                pass
            while self._messages:
                self._reply(self._messages.pop())  # more may come in meanwhile
            while select.select([sys.stdin], [], [], 0)[0]:
                line = sys.stdin.readline()
                if not line:
                    return
                name, argument = json.loads(line)
                print(json.dumps(getattr(self, name)(argument)), flush=True)


if __name__ == "__main__":
    import kombu
    with kombu.Connection(sys.argv[1].replace("rabbit:", "amqp:", 1)) as opened:
        _Broker(opened).serve()
