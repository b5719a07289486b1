#!/usr/bin/env bash
# Checks and measures the GPU of this machine: needs NVIDIA's driver, this repository's files and bench/gpu/out/mt-check from bench/gpu/publish.sh; no .NET. Under 7 minutes,
# even where something hangs.
#
#   bench/gpu/check.sh [FOLDER]
#
# FOLDER (default: bench/gpu/out) receives check.md, the tables; check.json, the same and all single results; and NAME.jsonl and NAME.txt of every section. The exit code is 0
# where nothing failed. Sections stand in the order of their importance, have each a time limit of their own, and go on whatever happened to others.
#
# MT_CHECK_DEVICE   the device, default cuda
# MT_CHECK_PROGRAM  what to run in place of bench/gpu/out/mt-check, for instance "dotnet …/mt-check.dll"
# MT_CHECK_SECTIONS the names of the sections to run, default all
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "${1:-$here/out}" || exit 1
out=$(cd "${1:-$here/out}" && pwd)
device=${MT_CHECK_DEVICE:-cuda}
wanted=${MT_CHECK_SECTIONS:-compile suite golden architectures replay use rates torch predicted}
read -ra mt <<<"${MT_CHECK_PROGRAM:-$here/out/mt-check}"
command -v "${mt[0]}" >/dev/null || { echo "${mt[0]} is missing: run bench/gpu/publish.sh where the .NET SDK is." >&2; exit 1; }

# 7 minutes less what a process may take to be killed, and a margin.
SECONDS=0
deadline=405
report=$out/check.md
status=0
sections=()

say() { printf '%s\n' "$@" | tee -a "$report"; }
quoted() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/[[:cntrl:]]/ /g' -e 's/.*/"&"/'; }
joined() { paste -sd, -; }

# check.json is written after every section: what is known outlasts whoever ends this script.
write_json() {
    {
        printf '{"date":"%s","device":"%s","gpu":%s,"processor":%s,"seconds":%d,"passed":%s,"sections":[\n' \
            "$date" "$device" "$(quoted <<<"$gpu")" "$(quoted <<<"$processor")" $SECONDS "$([ $status -eq 0 ] && echo true || echo false)"
        local i
        for i in "${!sections[@]}"; do [ "$i" -eq 0 ] || echo ,; printf '%s' "${sections[i]}"; done
        printf ']}\n'
    } >"$out/check.json"
}

# Begins a section: its name, its title, and how many seconds it may take.
begin() {
    name=$1 began=$SECONDS code=0
    ends=$((SECONDS + $3 < deadline ? SECONDS + $3 : deadline))
    : >"$out/$name.jsonl"
    : >"$out/$name.txt"
    say "" "## $2" ""
}

# Runs a command in what is left of the section's time. JSON lines go to NAME.jsonl, everything else to NAME.txt.
run() {
    local left=$((ends - SECONDS)) result
    if [ $left -le 0 ]; then
        code=124
        return 124
    fi

    timeout -k 3 $left "$@" >"$out/$name.part" 2>>"$out/$name.txt" </dev/null
    result=$?
    keep
    [ $result -eq 0 ] || code=$result
    return $result
}

# Sorts what a command printed; a line that was cut off is no JSON.
keep() {
    grep -E '^\{.*\}$' "$out/$name.part" >>"$out/$name.jsonl"
    grep -vE '^\{.*\}$' "$out/$name.part" >>"$out/$name.txt"
    rm -f "$out/$name.part"
}

# Ends a section, which has passed where no command failed, or was what the first argument says.
finish() {
    local outcome
    case $code in 0) outcome=${1:-passed} ;; 124 | 137) outcome="out of time" ;; *) outcome="failed" ;; esac
    [ "$code" -eq 0 ] || status=1
    say "" "$name: $outcome, $((SECONDS - began)) s"
    sections+=("$(printf '{"name":"%s","outcome":"%s","exit_code":%d,"seconds":%d,"results":[%s],"messages":[%s]}' \
        "$name" "$outcome" "$code" $((SECONDS - began)) "$(joined <"$out/$name.jsonl")" "$(tail -n 60 "$out/$name.txt" | quoted | joined)")")
    write_json
}

is_wanted() { [[ " $wanted " == *" $1 "* ]]; }

# A value of a JSON line, without python3.
field() { sed -nE "s/.*\"$1\":\"?([^\",}]*).*/\1/p"; }

# A text of a JSON line, which may hold commas.
text() { sed -nE "s/.*\"$1\":\"(([^\"\\\\]|\\\\.)*)\".*/\1/p"; }

# Asks a worker: a name for what is asked and the most seconds for it; requests are lines on standard input. Every answer becomes a JSON line; any that is neither empty nor a reason to skip is a failure.
ask() {
    local left=$((ends - SECONDS)) what=$1 asked answered result i
    [ $left -le "$2" ] || left=$2
    mapfile -t asked
    if [ $left -le 0 ]; then
        say "$what: no time left for ${#asked[@]} cases"
        code=124
        return
    fi

    printf '%s\n' "${asked[@]}" | (cd "$root" && timeout -k 3 $left "${mt[@]}" device-worker "$device") >"$out/$name.part" 2>>"$out/$name.txt"
    result=$?
    mapfile -t answered <"$out/$name.part"
    rm -f "$out/$name.part"
    local passed=0 skipped=0 failed=0 answer
    for i in "${!answered[@]}"; do
        answer=${answered[i]}
        case $answer in
            '""') passed=$((passed + 1)) ;;
            '"skipped: '*) skipped=$((skipped + 1)) ;;
            *)
                failed=$((failed + 1))
                code=1
                say "FAILED ${asked[i]//$'\t'/ }: ${answer:0:400}"
                ;;
        esac
        printf '{"case":%s,"answer":%s}\n' "$(quoted <<<"${asked[i]}")" "$answer" >>"$out/$name.jsonl"
    done

    say "$what: $passed of ${#asked[@]} passed, $failed failed, $skipped skipped, $((${#asked[@]} - ${#answered[@]})) without an answer"
    [ $result -eq 0 ] || code=$result
    [ $((passed + skipped + failed)) -eq ${#asked[@]} ] || [ "$code" -ne 0 ] || code=1
}

date=$(date -u +%Y-%m-%d)
gpu=$(timeout 20 nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null | paste -sd';' -)
processor="$(sed -nE 's/^model name\s*: //p' /proc/cpuinfo 2>/dev/null | head -1), $(nproc) threads"
: >"$report"
say "# $date" "" "GPU: ${gpu:-nvidia-smi finds none}" "" "Processor: $processor"

if is_wanted compile; then
    begin compile "All kernels, compiled" 70
    run "${mt[@]}" compile "$device"
    while read -r line; do
        case $line in
            *'"failure"'*) say "FAILED $(text kernel <<<"$line"): $(text failure <<<"$line")" ;;
            *) say "$(text description <<<"$line"): $(field compiled <<<"$line") kernels compile, $(field failed <<<"$line") do not ($(field seconds <<<"$line") s)" ;;
        esac
    done <"$out/compile.jsonl"
    [ -s "$out/compile.jsonl" ] || say "$(grep -c '^compiled' "$out/compile.txt") kernels compiled, then: $(tail -n 1 "$out/compile.txt")"
    finish
fi

if is_wanted suite; then
    begin suite "Kernel suite against the scalar reference" 70
    run "${mt[@]}" doctor --device "$device" --json
    grep -E 'FAILED|cases of|Computing' "$out/suite.txt" | tee -a "$report"
    finish
fi

if is_wanted golden; then
    # Those of models and modules; what follows from sizes or runs on the host only is left out. A process per family: a fault or a hang of one does not reach the others.
    begin golden "Golden cases" 80
    for family in baseline t2r linear_attention adaptive_span all_attention pkm delight depth_adaptive; do
        find "$root/tests/golden/$family" -name '*.safetensors' | grep -vE '/(lr_|batching_|beam_table_|config_|data_layout_|init_|span_sizes_|flops_|metrics_)' |
            sort | sed 's/^/golden\t/' >"$out/golden.cases"
        ask $family 25 <"$out/golden.cases"
    done
    rm -f "$out/golden.cases"
    finish
fi

if is_wanted architectures; then
    begin architectures "Every architecture: losses, resumed runs, generation and states as on the processor" 60
    for name_of in softmax adaptive_span dynamic_span all_attention pkm t2r rfa delight translation depth_adaptive; do printf 'architecture\t%s\n' $name_of; done >"$out/architectures.cases"
    ask architectures 60 <"$out/architectures.cases"
    rm -f "$out/architectures.cases"
    finish
fi

if is_wanted replay; then
    # Whether a recording has the bits of what it replaces (on CUDA it is a graph of the driver), and what it saves.
    begin replay "Steps that are replayed: their bits, and their time in turns with others" 60
    for case_of in softmax rows accumulated padding dropout spans 'spans on a short text'; do printf 'replay\t%s\n' "$case_of"; done >"$out/replay.cases"
    ask replay 30 <"$out/replay.cases"
    rm -f "$out/replay.cases"
    say "" "| Work | Without | Replayed |" "|---|---:|---:|"
    while read -r work; do
        read -ra options <<<"$work"
        run "${mt[@]}" bench train "${options[@]}" --steps 50 --device "$device" --replay --json || continue
        line=$(tail -n 1 "$out/replay.jsonl")
        say "| $work | $(field ms_without_replay <<<"$line") ms | $(field ms <<<"$line") ms |"
    done <<'WORKS'
--layers 4 --dim 128 --heads 4 --seq 128 --batch 16 --vocab 256
--layers 6 --dim 512 --heads 8 --seq 512 --batch 16 --vocab 8192
--recipe stories --vocab 60
--recipe enwiki-linear-t2r
--recipe enwiki-pkm
--recipe enwiki-span-adaptive
WORKS
    finish
fi

if is_wanted use; then
    begin use "Training on the GPU, resumed on the processor, and text" 45
    rm -rf "$out/run"
    run "${mt[@]}" train stories --steps 200 --device "$device" --out "$out/run" --json
    run "${mt[@]}" train stories --steps 210 --resume --out "$out/run" --json
    run "${mt[@]}" generate "$out/run" --prompt "Once upon a time " --tokens 60 --temperature 0 --device "$device" --json
    run "${mt[@]}" generate "$out/run" --prompt "Once upon a time " --tokens 60 --temperature 0 --json
    tail -n 4 "$out/use.jsonl" | tee -a "$report"
    finish
fi

if is_wanted rates; then
    begin rates "Processor and GPU in turns" 110
    say "| | Work | Unit | cpu | $device | Ratio |" "|---|---|---|---:|---:|---:|"
    run "${mt[@]}" bench compare --second "$device" --seconds 0.2 --json
    while read -r line; do
        printf '| %s | %s | %s | %.4g | %.4g | %.2f |\n' "$(field group <<<"$line")" "$(text work <<<"$line")" "$(field unit <<<"$line")" \
            "$(field first <<<"$line")" "$(field second <<<"$line")" "$(field ratio <<<"$line")"
    done < <(grep '"group"' "$out/rates.jsonl") | tee -a "$report"
    finish
fi

if is_wanted torch; then
    begin torch "PyTorch in turns" 95
    if timeout 30 python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
        shapes="1024,1024,1024;4096,4096,4096;8192,8192,8192"
        sizes="4 128 4 128 16 256;6 512 8 512 16 8192" # layers, width, heads, tokens, rows, vocabulary
        for turn in 1 2; do
            for precision in float32 tf32 bfloat16; do
                run "${mt[@]}" bench gemm --shapes "$shapes" --transposes nt --threads 1 --seconds 0.2 --device "$device" --precision $precision --json
                sed -i -E "/\"by\"/! s/^\{/{\"by\":\"ours\",\"turn\":$turn,\"precision\":\"$precision\",/" "$out/torch.jsonl"
            done
            run python3 "$here/torch_check.py" products "$shapes"
            while read -r n d h t b v; do
                for precision in float32 tf32 bfloat16; do
                    [ "$precision" != tf32 ] || [ "$d" -ge 512 ] || continue
                    run "${mt[@]}" bench train --layers "$n" --dim "$d" --heads "$h" --seq "$t" --batch "$b" --vocab "$v" --steps 30 --device "$device" --precision $precision --json
                    sed -i -E "/\"by\"/! s/^\{/{\"by\":\"ours\",\"turn\":$turn,\"precision\":\"$precision\",\"sizes\":\"$n $d $h $t $b $v\",/" "$out/torch.jsonl"
                done
            done <<<"${sizes//;/$'\n'}"
            run python3 "$here/torch_check.py" steps "$sizes"
            sed -i -E "/\"turn\"/! s/^\{/{\"turn\":$turn,/" "$out/torch.jsonl"
        done
        say "| Turn | By | Work | Precision | |" "|---|---|---|---|---:|"
        while read -r line; do
            case $line in
                *'"error"'*) work="" rate="$(text error <<<"$line")" ;;
                *'"gflops"'*) work="$(field m <<<"$line") x $(field n <<<"$line") x $(field k <<<"$line")" rate="$(field gflops <<<"$line") GFLOP/s" ;;
                *) work="step of $(text sizes <<<"$line")" rate="$(field ms <<<"$line") ms" ;;
            esac
            say "| $(field turn <<<"$line") | $(field by <<<"$line") | $work | $(field precision <<<"$line") | $rate |"
        done <"$out/torch.jsonl"
    else
        say "python3 has no torch that sees a GPU"
    fi
    [ -s "$out/torch.jsonl" ] && finish || finish "left out"
fi

if is_wanted predicted; then
    begin predicted "Kernels of training steps, measured and predicted" 30
    case $gpu in *A100*) card=a100 ;; *H100*) card=h100 ;; *H200*) card=h200 ;; *4090*) card=rtx4090 ;; *) card= ;; esac
    if [ -n "$card" ]; then
        run "${mt[@]}" bench train --layers 6 --dim 512 --heads 8 --seq 512 --batch 16 --vocab 8192 --steps 10 --device "$device" --profile --card $card
        run "${mt[@]}" bench train --recipe enwiki-span-adaptive --steps 10 --device "$device" --profile --card $card
        say '```text' && cat "$out/predicted.txt" | tee -a "$report" && say '```'
        finish
    else
        say "no ceilings are known of this card"
        finish "left out"
    fi
fi

write_json
say "" "$SECONDS s in all, $([ $status -eq 0 ] && echo 'nothing failed' || echo 'see above for what failed')"
exit $status
