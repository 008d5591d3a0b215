"""The distribution owns its packages, and the public server runs without the confidential half."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("zicht", "geo", "analysis", "tiles", "web")

#: Imported by the secured environment only; a public server does not have them.
CONFIDENTIAL = ("geopandas", "shapely", "h3", "h3ronpy", "pandas", "polars", "pandera", "rasterio", "numba", "pyproj")

BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r} or name.startswith("analysis.confidential"):
            raise ModuleNotFoundError("blocked: " + name, name=name)
sys.meta_path.insert(0, Block())
{code}
"""


def run_blocked(code: str) -> subprocess.CompletedProcess[str]:
    program = BLOCKED.format(blocked=set(CONFIDENTIAL), code=code)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)


def test_no_stranger_installs_a_package_of_our_names():
    owners = importlib.metadata.packages_distributions()
    for package in OURS:
        assert set(owners.get(package, ["zicht"])) == {"zicht"}


def test_the_block_works():
    assert "blocked: shapely" in run_blocked("import geo.assign").stderr


@pytest.mark.parametrize(
    "module",
    ["zicht.cli", "zicht.commands.serve", "zicht.commands.verify", "zicht.commands.info", "web.app", "web.server"],
)
def test_the_public_server_needs_no_confidential_library(module):
    result = run_blocked(f"import {module}")
    assert result.returncode == 0, result.stderr


def test_a_command_that_lacks_its_libraries_says_which_extra_to_install():
    result = run_blocked("from zicht.cli import main; main(['build', 'x.toml', '--out', 'y'])")
    assert result.returncode == 1
    assert "zicht[build]" in result.stderr
    assert "Traceback" not in result.stderr


def test_statistics_of_a_table_need_geometry_libraries_for_polygons_alone(tmp_path):
    (tmp_path / "t.csv").write_text("id,c,x,y\na,1,0,0\nb,2,1,0\nc,3,2,0\n", encoding="utf-8")
    (tmp_path / "g.geojson").write_text("{}", encoding="utf-8")
    call = ["stats", "gi", str(tmp_path / "t.csv"), "--column", "c", "--out", str(tmp_path / "o.csv")]
    done = run_blocked(f"from zicht.cli import main; main({[*call, '--x', 'x', '--y', 'y', '--k', '1']!r})")
    assert done.returncode == 0, done.stderr
    done = run_blocked(f"from zicht.cli import main; main({[*call, str(tmp_path / 'g.geojson')]!r})")
    assert done.returncode == 1
    assert "zicht[build]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["serve", "build", "dev"])
def test_lock_files_are_hashed_and_name_no_host(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    pinned = re.findall(r"^[a-z0-9][\w.\-]*==", text, re.MULTILINE)
    assert len(pinned) > 10
    assert text.count("--hash=sha256:") >= len(pinned)


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    sets = {"serve": ("serve",), "build": ("serve", "build"), "dev": ("serve", "build", "dev")}
    for name, wanted in sets.items():
        locked = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").lower()
        for requirement in [*project["dependencies"], *(item for extra in wanted for item in extras[extra])]:
            package = re.split(r"[\[<>=]", requirement)[0].lower()
            assert f"\n{package}==" in f"\n{locked}", f"{package} is not in {name}.txt"


def test_no_file_names_a_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    pattern = re.compile(r"(?<![\w./])/(home|root|work|Users)/")
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".js", ".css", ".html", ".yml", ".txt"} and path.is_file():
            assert not pattern.search(path.read_text(encoding="utf-8")), name
