#!/usr/bin/env bash
# Makes bench/gpu/out/mt-check, one compressed file that needs no .NET: mt, the golden cases of the tests and a compiler of all kernels, for bench/gpu/check.sh on a machine
# with a GPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
dotnet publish bench/ManagedTransformer.DeviceCheck -c Release -r linux-x64 -p:IncludeGpu=true -o bench/gpu/out --nologo -v q
rm -f bench/gpu/out/*.pdb bench/gpu/out/*.runtimeconfig.json # of the projects in it
ls -l bench/gpu/out/mt-check
