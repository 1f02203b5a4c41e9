#!/usr/bin/env bash
# Makes the generated stubs again: messages (with types) and gRPC stubs from the project's protos. Needs Debian's
# protobuf-compiler, libprotobuf-dev and protobuf-compiler-grpc, or any protoc from 3.19 on with grpc_python_plugin in PATH.
# A folder as argument receives them instead of src (the test that they are up to date uses it).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/src}
plugin=$(command -v grpc_python_plugin)
# HTTP paths are the server's business: without them the package needs no google.api.
bare=$(mktemp -d)
trap 'rm -r "$bare"' EXIT
cd "$here/../../protos"
for proto in flashdiffusion/v1/*.proto; do
  mkdir -p "$bare/$(dirname "$proto")"
  sed -e '/^import "google\/api\//d' -e '/option (google.api.http)/,/};/d' "$proto" > "$bare/$proto"
done
cd "$bare"
protoc -I . -I /usr/include --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" --plugin=protoc-gen-grpc_python="$plugin" flashdiffusion/v1/*.proto
cd "$here/../protos"
protoc -I . -I /usr/include --python_out="$out" --pyi_out="$out" flashdiffusion/rpc/*.proto
# Messages without a service need no gRPC stub.
find "$out/flashdiffusion" -name '*_pb2_grpc.py' -exec grep -L 'class .*Stub' {} + | xargs -r rm
