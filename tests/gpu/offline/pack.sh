#!/bin/bash
# pack.sh OUT CAPABILITY: this checkout with TensorFlow's CUDA build, Node and CUDA's runtime, for a machine with a card and no network (README.md).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../../.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd); capability=$2
version=$(node -p 'require(process.argv[1]).tensorflow.version' "$root/scripts/setup/pins.json")
runtime=$(node -p 'require(process.argv[1]).tensorflow["linux-x64-cuda"].nvidia.find((one) => one.package === "nvidia-cuda-runtime-cu12").version' "$root/scripts/setup/pins.json")
part=tensorflow-$version-linux-x64-cuda
export GRANARY_CACHE=$out/cache GRANARY_TENSORFLOW=cuda
library=$GRANARY_CACHE/native/$part/tensorflow

# The part as set-up would make it, without NVIDIA's libraries.
fetch() { python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.11 --implementation cp --platform manylinux_2_27_x86_64 --platform manylinux2014_x86_64 -d "$out/wheels" "$1"; }
fetch "tensorflow==$version"; fetch "nvidia-cuda-runtime-cu12==$runtime"
mkdir -p "$GRANARY_CACHE/native/$part" "$out/packed"
unzip -oq "$out"/wheels/tensorflow-*.whl 'tensorflow/libtensorflow_*' 'tensorflow/include/tensorflow/c/*' 'tensorflow/include/tensorflow/core/platform/ctstring*' \
  'tensorflow/include/tsl/platform/ctstring*' 'tensorflow/include/xla/tsl/c/*' -d "$GRANARY_CACHE/native/$part"
unzip -oqj "$out"/wheels/nvidia_cuda_runtime*.whl 'nvidia/cuda_runtime/lib/libcudart.so.12' -d "$out/packed"
echo "{\"name\":\"$part\"}" > "$GRANARY_CACHE/native/$part/granary-part.json"
for name in cc framework; do
  strip --strip-unneeded "$library/libtensorflow_$name.so.2"
  python3 "$here/prune.py" "$library/libtensorflow_$name.so.2" "$capability"
  python3 "$here/compress.py" "$library/libtensorflow_$name.so.2" "$out/packed/$name"
done

# A copy of the checkout set up with that part: this one's own links stay as they are. Electron's part is not needed.
git clone -q "$root" "$out/repo"; cd "$out/repo"; cp -a "$root/node_modules" .
mkdir -p .native; npm run -s build
node -e 'import("./scripts/setup/addon-part.mjs").then(async ({ provideAddon }) => {
  const { linkParts } = await import("./scripts/setup/links.mjs"); const { tensorflowRecord } = await import("./scripts/setup/tensorflow-part.mjs");
  const folder = process.argv[1]; linkParts(folder, await provideAddon(folder));
  const place = (path) => path.replace(process.argv[2], "/tmp/granary-card");
  require("node:fs").writeFileSync(".native/setup.json", JSON.stringify({ tensorflow: tensorflowRecord({ key: "linux-x64-cuda" }, place(folder)), electron: null }));
})' "$GRANARY_CACHE/native/$part" "$out"
tar cf "$out/app.tar" --exclude='*.map' --exclude='*.d.ts' --exclude='*.min.js' --exclude='*.fesm.js' --exclude='*.es2017.js' --exclude='*_test.js' --exclude=miniprogram \
  --exclude='tfjs/dist/tf.js' --exclude='@tensorflow/*/src' --exclude=dist/renderer --exclude=dist/app --exclude=tests/unit/renderer $(node "$here/closure.mjs") \
  package.json vitest.gpu.config.mts tsconfig.base.json src-main shared tests bin scripts dist native .native
tar rf "$out/app.tar" -C "$out" cache/native --exclude='libtensorflow_*'
cd "$out"; xz -T0 -6 -f app.tar; xz -T0 -9 -kc "$(node -p process.execPath)" > packed/node.xz; mv app.tar.xz packed/
tar cf all.tar packed; split -n 4 -d all.tar part.; rm -r all.tar repo; ls -l part.*
