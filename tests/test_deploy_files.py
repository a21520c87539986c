"""The files of deploy/: read by the programs that will read them, as far as those are here, and told of in the docs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.plugin import OURS

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
DOCUMENTED = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("deployment.md", "intranet.md"))
SET = re.compile(r"^([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "MAIL_URL")


def program(name: str) -> str:
    """Where it is. No package of Python brings these along, so their want is a skip that says so, never a failure."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed: its example in deploy/ was NOT read by it")
    return found


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))


def test_every_file_is_told_of() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len(files) >= 10
    assert not [path.name for path in files if f"`{path.relative_to(ROOT).as_posix()}`" not in DOCUMENTED]


def test_every_variable_is_told_of_and_no_secret_is_set() -> None:
    examples = [DEPLOY / "quanheng.env.example", DEPLOY / "compose" / ".env.example"]
    told = dict(SET.findall("\n".join(path.read_text(encoding="utf-8") for path in examples)))
    in_compose = {name for service in compose()["services"].values() for name in service.get("environment", {})}
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
    assert asked <= set(told)
    assert not {name for name in {*told, *in_compose, *OURS} if f"`{name}" not in DOCUMENTED}
    assert not [name for name in SECRETS if told.get(name)]


def test_the_containers_fit_each_other() -> None:
    told = compose()
    services, proxy = told["services"], told["services"]["proxy"]
    assert set(services) == {"database", "queue", "web", "worker", "proxy"}
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        named = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert {name for name in named if not name.startswith(".")} <= set(told["volumes"])
    web, worker = services["web"]["environment"], services["worker"]["environment"]
    assert web.items() <= worker.items()  # the same installation
    assert proxy["networks"]["default"]["ipv4_address"] == web["TRUSTED_PROXY"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert (DEPLOY / "compose" / services["proxy"]["volumes"][0].split(":")[0]).is_file()
    assert (ROOT / services["web"]["build"]["dockerfile"]).is_file()


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Where the programs will lie, there is one that exists; what systemd says is about all the rest."""
    command = program("systemd-analyze")
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/quanheng/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text.replace("User=quanheng", "User=root"))
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run([command, "verify", "--man=no", *units], capture_output=True, text=True)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "quanheng" in line]
    assert not ours, "\n".join(ours)
    assert done.returncode == 0, done.stderr


def test_nginx_understands_its_example(tmp_path: Path) -> None:
    command = program("nginx")
    pem, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=example.org", "-out", str(pem)]
    subprocess.run([*make, "-keyout", str(key)], check=True, capture_output=True)
    site = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8").replace("/etc/ssl/quanheng", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{site}\n}}\n")
    done = subprocess.run([command, "-t", "-p", str(tmp_path), "-c", str(whole)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", sorted(DEPLOY.rglob("Caddyfile")), ids=lambda path: path.parent.name)
def test_caddy_understands_its_example(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_HOST", "example.org")
    command = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
