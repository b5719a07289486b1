#!/usr/bin/env bash
# Fuzzes readers by afl++, which follows the branches that a file takes: bench/fuzz/afl.sh MINUTES TARGET...
# Needs afl++ (apt-get install afl++) and the tool SharpFuzz.CommandLine, which this installs into its folder.
# Several sittings go on with what the ones before have found: everything is in out/fuzz, or where MT_FUZZ says.
# MT_FUZZ_JOBS targets run at once (2). What goes wrong is in TARGET/out/default/crashes and hangs, for 'mt-fuzz show TARGET FILE'.
set -euo pipefail
if [ $# -lt 2 ]; then
    echo 'usage: afl.sh MINUTES TARGET...' >&2
    exit 2
fi

root=$(cd "$(dirname "$0")/../.." && pwd)
out=${MT_FUZZ:-$root/out/fuzz}
minutes=$1
shift

# A copy, whose assemblies are rewritten so that they tell afl-fuzz of every branch.
if [ ! -e "$out/bin/instrumented" ]; then
    rm -rf "$out/bin"
    dotnet publish "$root/bench/ManagedTransformer.Fuzz" -c Release -o "$out/bin" -v q --nologo
    [ -x "$out/tool/sharpfuzz" ] || dotnet tool install --tool-path "$out/tool" SharpFuzz.CommandLine --version 2.3.0
    for assembly in ManagedTransformer ManagedTransformer.Tensors mt-serve; do
        "$out/tool/sharpfuzz" "$out/bin/$assembly.dll"
    done
    touch "$out/bin/instrumented"
fi

export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_AUTORESUME=1 \
    AFL_FORKSRV_INIT_TMOUT=60000 DOTNET_TieredPGO=0

fuzz() {
    local target=$1 folder=$out/$1
    mkdir -p "$folder"
    dotnet "$out/bin/mt-fuzz.dll" seeds "$target" "$folder/in"
    local words=()
    [ -s "$folder/in.dict" ] && words=(-x "$folder/in.dict")
    # What takes ten seconds ends the run, for the reader and afl-fuzz share one process: a busy machine must not do it.
    afl-fuzz -i "$folder/in" -o "$folder/out" -t 10000 -m none -V $((minutes * 60)) "${words[@]}" \
        dotnet "$out/bin/mt-fuzz.dll" afl "$target" > "$folder/log" 2>&1 || { tail -20 "$folder/log" >&2; return 1; }
    grep -E '^(execs_done|corpus_count|saved_crashes|saved_hangs|run_time)' "$folder/out/default/fuzzer_stats" \
        | awk -v target="$target" '{ printf "%s%s %s", NR == 1 ? target ": " : ", ", $1, $3 } END { print "" }'
}

export -f fuzz
export out minutes
printf '%s\n' "$@" | xargs -P "${MT_FUZZ_JOBS:-2}" -I{} bash -c 'fuzz {}'
