#!/usr/bin/env bash
# Brings PublicAPI.Unshipped.txt of the packages that plugins and their tests compile against up to date with the code: adds what
# the analyzer misses (RS0016) and removes what is gone (RS0017). Read the diff before you commit it: the files are the reviewed contract.
set -eu
cd "$(dirname "$0")/.."
for project in server/FlashDiffusion.Abstractions tests/FlashDiffusion.Conformance; do
  file=$project/PublicAPI.Unshipped.txt
  log=$(dotnet build $project -c Release --nologo -v q --no-incremental 2>&1 || true)
  printf '%s\n' "$log" | grep -oE "RS0016: Symbol '.*' is not part of the declared public API" | sed -E "s/^RS0016: Symbol '(.*)' is not part.*/\1/" | sort -u >"$file.add" || true
  printf '%s\n' "$log" | grep -oE "RS0017: Symbol '.*' is part of the declared API" | sed -E "s/^RS0017: Symbol '(.*)' is part.*/\1/" | sort -u >"$file.remove" || true
  { echo '#nullable enable'; { grep -v '^#nullable' "$file" || true; cat "$file.add"; } | grep -vxFf "$file.remove" | LC_ALL=C sort -u; } >"$file.new"
  mv "$file.new" "$file"
  rm -f "$file.add" "$file.remove"
  printf '%s\n' "$log" | grep -oE "error (RS00[0-9]+|CS[0-9]+|CA[0-9]+|IDE[0-9]+).*" | grep -vE "RS001[67]" | sort -u || true
done
