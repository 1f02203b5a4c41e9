"""The package itself: a wheel that holds everything, stubs that fit the protos, types that hold."""

import filecmp
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def require(test: unittest.TestCase, present: bool, what: str) -> None:
    if present:
        return
    if os.environ.get("REQUIRE_TOOLS") == "1":
        test.fail(f"{what} is absent, and REQUIRE_TOOLS=1 makes that a failure; .ci/run installs it.")
    test.skipTest(f"{what} is absent.")


class PackageTests(unittest.TestCase):
    def run_tool(self, *command: str, cwd: Path = HERE) -> str:
        run = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        return run.stdout

    def test_wheel_holds_code_stubs_and_types_and_imports(self) -> None:
        require(self, importlib.util.find_spec("wheel") is not None, "python3-wheel")
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "source", Path(folder) / "target"
            shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
            self.run_tool(sys.executable, "-c", f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})", cwd=source)
            with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
                names = set(wheel.namelist())
                wheel.extractall(target)
            for name in ("client.py", "aio.py", "py.typed", "v1/reconstruction_pb2.py", "v1/reconstruction_pb2.pyi", "v1/reconstruction_pb2_grpc.py"):
                self.assertIn(f"flashdiffusion/{name}", names)
            code = f"import sys; sys.path.insert(0, {str(target)!r}); import flashdiffusion; print(flashdiffusion.__file__, flashdiffusion.Client)"
            self.assertIn(str(target), self.run_tool(sys.executable, "-I", "-c", code, cwd=Path(folder)))

    def test_checked_in_stubs_are_those_of_the_protos(self) -> None:
        require(self, all(map(shutil.which, ("protoc", "grpc_python_plugin"))), "protoc with grpc_python_plugin")
        if "libprotoc 3.21" not in self.run_tool("protoc", "--version"):
            self.skipTest("The stubs are made by protoc 3.21; another one writes them differently.")
        with tempfile.TemporaryDirectory() as folder:
            self.run_tool("bash", str(HERE / "generate.sh"), folder)
            for package in ("v1", "rpc"):
                fresh, kept = Path(folder) / "flashdiffusion" / package, HERE / "src" / "flashdiffusion" / package
                names = {path.name for path in fresh.glob("*.py*")}
                self.assertEqual(names, {path.name for path in kept.glob("*_pb2*.py*")})
                self.assertEqual([], filecmp.cmpfiles(fresh, kept, names, shallow=False)[1], "run clients/python/generate.sh")

    def test_types_hold(self) -> None:
        require(self, shutil.which("mypy") is not None, "mypy")
        self.assertIn("no issues found", self.run_tool("mypy", "--config-file", "pyproject.toml", "--cache-dir", os.devnull))
