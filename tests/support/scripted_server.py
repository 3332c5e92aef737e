"""`python scripted_server.py SCENE`: `flowgen serve` over a scripted engine, for tests that send it signals.

Prints the port, then what serve prints. Scenes: `slow` chats for a minute, `loading` never ends its load, `broken`
fails to load.
"""

import asyncio
import sys

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.application.schema_support import SchemaSupport
from flowgen.cli.listening import listen
from flowgen.cli.serve import run
from flowgen.domain.errors import InvalidModelFile
from flowgen.domain.model import ModelSpec
from flowgen.http.app import create_app
from flowgen.http.guard import Bound
from support.http_fakes import HI, Backstage


def main(scene: str) -> int:
    backstage = Backstage()
    backstage.chat.script = [HI[0], 60.0, *HI]
    if scene == "loading":
        backstage.runtimes.gate = asyncio.Event()
    if scene == "broken":
        backstage.runtimes.load_failure = InvalidModelFile("The file is truncated.")
    app = create_app(
        host=backstage.host,
        chat=backstage.chat,
        catalog=backstage.catalog,
        schemas=SchemaSupport(LlguidanceConstrainer()),
        bound=Bound(host="127.0.0.1", port=0),
    )
    with listen("127.0.0.1", 0) as listener:
        print(listener.getsockname()[1], flush=True)
        return run(app, backstage.host, ModelSpec(name="tiny", path="/models/tiny.gguf"), listener)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
