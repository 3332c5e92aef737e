"""Who is who: the composition root of the server's process. The only place that knows every adapter by name."""

from typing import Any

from dependency_injector import containers, providers
from litestar import Litestar

from flowgen.adapters.catalog import PackagedModels
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.constraints.sandbox import Sandbox
from flowgen.adapters.prompts.builtin_template import BuiltinTemplates
from flowgen.adapters.prompts.renderer_factory import Renderers
from flowgen.adapters.worker.factory import WorkerRuntimeFactory, Workers
from flowgen.application.chat import ChatService
from flowgen.application.lifecycle import ModelHost, Patience
from flowgen.application.schema_support import SchemaSupport
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.bootstrap.engines import (
    apply_builtin_template,
    builtin_templates,
    make_inline,
    sandbox_command,
    worker_command,
)
from flowgen.bootstrap.formats import make_formats
from flowgen.bootstrap.plugins import EntryPointRegistry
from flowgen.bootstrap.settings import Compat, EngineKind, Settings
from flowgen.http.app import create_app
from flowgen.http.guard import Bound


def _make_app(workers: WorkerRuntimeFactory, sandbox: Sandbox, *, is_apart: bool, **parts: Any) -> Litestar:
    """`is_apart`: constraints are tried in processes of their own, the first of them started with the server."""
    app = create_app(**parts)
    if is_apart:
        app.on_startup.append(sandbox.start_ahead)
    app.on_shutdown += [workers.close, sandbox.close]
    return app


def _is_apart(engine: EngineKind) -> bool:
    return engine == "worker"


def _is_lenient(compat: Compat) -> bool:
    return compat == "lenient"


class Container(containers.DeclarativeContainer):
    """One server. Everything is made once, when it is first asked for; `settings` must be given."""

    settings = providers.Dependency(instance_of=Settings)
    catalog = providers.Singleton(PackagedModels)
    constrainer = providers.Singleton(LlguidanceConstrainer, read_answer=providers.Singleton(AnswerReaders))
    templates = providers.Singleton(
        BuiltinTemplates,
        names=providers.Object(builtin_templates),
        apply=providers.Object(apply_builtin_template),
    )
    processes = providers.Singleton(Workers, providers.Object(worker_command))
    workers = providers.Singleton(WorkerRuntimeFactory, processes)
    runtimes = providers.Selector(
        settings.provided.engine, worker=workers, inline=providers.Singleton(make_inline, constrainer)
    )
    renderers = providers.Singleton(
        Renderers,
        catalog=catalog,
        handlers=providers.Singleton(EntryPointRegistry, "flowgen.chat_handlers"),
        builtin=templates,
    )
    formats = providers.Singleton(make_formats)
    patience = providers.Singleton(Patience, drain_s=settings.provided.drain_s, swap_s=settings.provided.swap_s)
    host = providers.Singleton(ModelHost, runtimes=runtimes, renderers=renderers, formats=formats, patience=patience)
    sandbox = providers.Singleton(Sandbox, providers.Object(sandbox_command))
    checker = providers.Selector(settings.provided.engine, worker=sandbox, inline=constrainer)
    chat = providers.Singleton(ChatService, host=host, checker=checker)
    bound = providers.Singleton(Bound, host=settings.provided.host, port=settings.provided.port)
    app: providers.Provider[Litestar] = providers.Singleton(
        _make_app,
        workers,
        sandbox,
        host=host,
        chat=chat,
        catalog=catalog,
        schemas=providers.Singleton(SchemaSupport, constrainer),
        bound=bound,
        is_apart=providers.Callable(_is_apart, settings.provided.engine),
        is_lenient=providers.Callable(_is_lenient, settings.provided.compat),
    )


def make_container(settings: Settings, processes: Workers | None = None) -> Container:
    """Wire a server with these settings; nothing is loaded yet. `processes` may hold one that was started ahead."""
    container = Container(settings=providers.Object(settings))
    if processes is not None:
        container.processes.override(providers.Object(processes))
    return container
