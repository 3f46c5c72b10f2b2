"""The real server of WAF++ on a free port of this machine, over a PostgreSQL of its own in a temporary folder.

    serve_wafpass.py API_KEY ADMIN_PASSWORD

Prints `LISTENING http://127.0.0.1:PORT` and serves until its standard input ends. Both stop with it.
"""

import asyncio
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

FRAMEWORK = "http://127.0.0.1:9/framework"  # Discards: the server looks for updates of itself, and must not reach out.


def postgres_programs():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        sys.exit("no PostgreSQL: scripts/test installs Debian's package")
    return found[-1]


class Database:
    """A PostgreSQL that listens on a socket in its folder and nowhere else. It refuses to run as root."""

    def __init__(self, folder):
        self.folder, self.programs = folder, postgres_programs()
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self.run("initdb", "-D", "data", "-A", "trust", "-U", "postgres", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        self.run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")
        self.run("createdb", "-h", str(folder), "-U", "postgres", "wafpass")

    def run(self, program, *args):
        command = [str(self.programs / program), *args]
        done = subprocess.run(command, cwd=self.folder, user=self.user, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        if done.returncode:
            sys.exit(f"{program}: {done.stderr}")

    def stop(self):
        self.run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")


async def serve(key, password, folder):
    os.environ.update(
        HOME=str(folder),
        DATABASE_URL=f"postgresql+asyncpg://postgres@/wafpass?host={folder}",
        WAFPASS_ENV="local",
        WAFPASS_API_KEY=key,
        WAFPASS_JWT_SECRET=os.urandom(32).hex(),
        WAFPASS_ADMIN_PASSWORD=password,
        WAFPASS_FRAMEWORK_REPO_URL=FRAMEWORK,
        WAFPASS_UPDATE_INFO_PATH=str(folder / "update.yml"),
    )
    import uvicorn
    from wafpass_server import config, main as server_main, models
    from wafpass_server.database import engine

    # 1.0.4 calls it at start-up and does not import it: as released it does not start.
    server_main.validate_runtime_settings = config.validate_runtime_settings

    async with engine.begin() as connection:
        await connection.run_sync(models.Base.metadata.create_all)

    listener = socket.create_server(("127.0.0.1", 0))

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            print(f"LISTENING http://127.0.0.1:{listener.getsockname()[1]}", flush=True)

    server = Server(uvicorn.Config(server_main.app, log_level="warning"))

    def until_standard_input_ends():
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=until_standard_input_ends, daemon=True).start()
    await server.serve([listener])


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-wafpass-"))
    os.chdir(folder)
    try:
        database = Database(folder)
        try:
            asyncio.run(serve(sys.argv[1], sys.argv[2], folder))
        finally:
            database.stop()
    finally:
        os.chdir("/")
        shutil.rmtree(folder)


main()
