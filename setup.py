"""What pyproject.toml cannot say: the wheel carries configs/ as data of the package ``sim``."""

import shutil
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py


class BuildWithConfigs(build_py):
    """Copies ``configs/`` to ``sim/_shipped/configs``, where ``sim.paths.shipped`` looks for it."""

    def run(self) -> None:
        """Build as usual, then copy, unless the build only points at the checkout."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "sim" / "_shipped" / "configs"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree("configs", target)


setup(
    package_dir={"": "."},
    packages=find_namespace_packages(include=["sim", "sim.*", "experiments", "experiments.*"]),
    cmdclass={"build_py": BuildWithConfigs},
)
