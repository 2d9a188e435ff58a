"""Sets up what pack.sh packed, in /tmp/granary-card, on a machine with a card, Python and PyTorch. Usage: unpack.py FOLDER-OF-PARTS"""
import glob, io, lzma, os, sys, tarfile
from concurrent.futures import ThreadPoolExecutor

HOME = "/tmp/granary-card"
# What TensorFlow asks for, and later releases whose interface is the same as far as it goes.
WANTED = {"libcublas.so.12": ["libcublas.so.13"], "libcublasLt.so.12": ["libcublasLt.so.13"], "libcufft.so.11": ["libcufft.so.12"],
          "libcusolver.so.11": ["libcusolver.so.12"], "libcusparse.so.12": [], "libcudnn.so.9": [], "libnccl.so.2": [], "libcupti.so.12": ["libcupti.so.13"]}

data = b"".join(open(part, "rb").read() for part in sorted(glob.glob(f"{sys.argv[1]}/part.*")))
os.makedirs(HOME, exist_ok=True)
tarfile.open(fileobj=io.BytesIO(data)).extractall(HOME)
packed, repo, shim = f"{HOME}/packed", f"{HOME}/repo", f"{HOME}/shim"
os.makedirs(shim, exist_ok=True)


def unpacked(path):
    return lzma.open(path).read()


def write(path, pieces):
    with open(path, "wb") as file:
        file.writelines(pieces)
    os.chmod(path, 0o755)


with ThreadPoolExecutor() as pool:
    libraries = {name: [pool.submit(unpacked, block) for block in sorted(glob.glob(f"{packed}/{name}.*.xz"))] for name in ("cc", "framework")}
    node = pool.submit(unpacked, f"{packed}/node.xz")
    tarfile.open(fileobj=io.BytesIO(unpacked(f"{packed}/app.tar.xz"))).extractall(repo)
    os.rename(f"{repo}/cache", f"{HOME}/cache")
    (part,) = glob.glob(f"{HOME}/cache/native/tensorflow-*")
    os.makedirs(f"{part}/tensorflow", exist_ok=True)
    for name, blocks in libraries.items():
        write(f"{part}/tensorflow/libtensorflow_{name}.so.2", (block.result() for block in blocks))
    write("/usr/local/bin/node", [node.result()])
os.replace(f"{packed}/libcudart.so.12", f"{shim}/libcudart.so.12")

# Links of the checkout point to where it was packed.
(addon,) = glob.glob(f"{HOME}/cache/native/addon-*")
binding = f"{repo}/node_modules/@tensorflow/tfjs-node-gpu"
links = {f"{repo}/.native/tensorflow": part, f"{repo}/.native/addon": addon, f"{binding}/lib/napi-v8/tfjs_binding.node": f"{addon}/tfjs_binding.node"}
for path, target in links.items():
    if os.path.islink(path):
        os.remove(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)

found = {}
for place in [*sys.path, "/usr/local/cuda/lib64"]:
    for path in glob.glob(f"{place}/nvidia/*/lib/*.so.*") + (glob.glob(f"{place}/*.so.*") if "cuda" in place else []):
        found.setdefault(os.path.basename(path), path)
for name, others in WANTED.items():
    there = next((found[one] for one in [name, *others] if one in found), None)
    if there is None:
        print(f"{name} is missing: TensorFlow will not see the card.")
    elif not os.path.exists(f"{shim}/{name}"):
        os.symlink(there, f"{shim}/{name}")
if os.path.isdir("/usr/local/cuda"):  # XLA's assembler.
    os.makedirs(f"{part}/nvidia", exist_ok=True)
    os.symlink("/usr/local/cuda", f"{part}/nvidia/cuda_nvcc")
folders = dict.fromkeys(os.path.dirname(path) for path in found.values())
with open(f"{HOME}/env", "w") as file:
    file.write(f"export LD_LIBRARY_PATH={':'.join([shim, *folders])}\nexport GRANARY_CACHE={HOME}/cache GRANARY_WORKSPACE={HOME}/workspace\n")
