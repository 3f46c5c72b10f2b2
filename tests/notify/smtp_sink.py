"""A mail server that keeps nothing: it prints each mail as a line of JSON, and stops when its standard input ends.

The first arguments are its answers, one a mail ("451 later"); after them it takes everything.
"""

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self, answers):
        self.answers = list(answers)

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 taken"
        mail = {"answer": answer, "from": envelope.mail_from, "to": envelope.rcpt_tos}
        mail["content"] = envelope.content.decode("utf-8", "replace")
        print(json.dumps(mail), flush=True)
        return answer


async def main():
    sink = Sink(sys.argv[1:])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink), "127.0.0.1", 0)
    print("LISTENING", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
