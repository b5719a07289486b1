#!/usr/bin/env bash
# Makes bench/gpu/out/mt, one compressed file that needs no .NET, for bench/gpu/check.sh on a machine with a GPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
dotnet publish src/ManagedTransformer.Cli -c Release -r linux-x64 -p:IncludeGpu=true -o bench/gpu/out --nologo -v q
ls -l bench/gpu/out/mt
