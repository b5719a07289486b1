#!/usr/bin/env bash
# Checks and measures the GPU of this machine: needs NVIDIA's driver, and bench/gpu/out/mt from bench/gpu/publish.sh; no .NET. Under 7 minutes.
#
#   bench/gpu/check.sh [FOLDER]
#
# FOLDER (default: bench/gpu/out) receives device.json (the kernel suite), rates.jsonl (processor and GPU in turns), train-*.json, torch.jsonl (PyTorch, where python3 has it) and check.md, the tables.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
mt=$here/out/mt
device=${MT_CHECK_DEVICE:-cuda}
mkdir -p "$out"
[ -x "$mt" ] || { echo "$mt is missing: run bench/gpu/publish.sh where the .NET SDK is." >&2; exit 1; }
report=$out/check.md
status=0
{
    echo "# $(date -u +%Y-%m-%d)"
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo "nvidia-smi finds no card"
    lscpu 2>/dev/null | grep 'Model name' || true
} | tee "$report"

section() { printf '\n## %s\n\n' "$1" | tee -a "$report"; }
# Seconds, then a command: what it printed goes to the report, too.
limited() { timeout "$1" "${@:2}" 2>&1 | tee -a "$report"; local code=${PIPESTATUS[0]}; [ "$code" -eq 0 ] || { echo "(exit code $code)" | tee -a "$report"; status=1; }; }

section "Kernel suite"
timeout 100 "$mt" doctor --device "$device" --json >"$out/device.json" 2>"$out/device.txt" || status=1
grep -E 'FAILED|cases of|Computing' "$out/device.txt" | tee -a "$report"

section "Training on the GPU, resumed on the processor, and text"
limited 60 "$mt" train stories --steps 200 --device "$device" --out "$out/run" --json
limited 40 "$mt" train stories --steps 220 --resume --out "$out/run" --json
limited 30 "$mt" generate "$out/run" --prompt "Once upon a time " --tokens 60 --temperature 0 --device "$device"
limited 30 "$mt" generate "$out/run" --prompt "Once upon a time " --tokens 60 --temperature 0

section "Processor and GPU"
timeout 120 "$mt" bench compare --second "$device" --seconds 0.2 --json >"$out/rates.jsonl" 2>>"$out/device.txt" || status=1
python3 - "$out/rates.jsonl" <<'PY' 2>/dev/null | tee -a "$report"
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    print(f"| {r['group']} | {r['work']} | {r['unit']} | {r['first']:.4g} | {r['second']:.4g} | {r['ratio']:.2f} |")
PY

section "PyTorch in turns"
if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    for turn in 1 2; do
        for size in "4 128 4 128 16 256" "6 512 8 512 16 8192"; do
            read -r n d h t b v <<<"$size"
            for precision in float32 bfloat16; do
                timeout 40 "$mt" bench train --layers "$n" --dim "$d" --heads "$h" --seq "$t" --batch "$b" --vocab "$v" --steps 30 --device "$device" --precision $precision --json 2>/dev/null |
                    sed "s/^/ours $precision $size: /" | tee -a "$report"
                timeout 40 python3 "$here/torch_step.py" $size 30 $precision | sed "s/^/torch $precision $size: /" | tee -a "$report" "$out/torch.jsonl"
            done
        done
    done
else
    echo "python3 has no torch that sees a GPU" | tee -a "$report"
fi

exit $status
