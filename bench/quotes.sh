#!/bin/sh
# Measures the quotation checker with the quotebench rig and prints the table.
#
#   bench/quotes.sh                 the checker over all cases, the plain scan over a sample
#   bench/quotes.sh --compare       also FTS5, RapidFuzz, edlib and Quid, over samples (10-20 min)
#
# QUOTEBENCH is the folder of the rig (../shared/quotebench), OUT where its data and the results go
# (var/quotebench), SAMPLE how many cases of a class the slow ones get (6).
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
rig=${QUOTEBENCH:-$here/../shared/quotebench}
out=${OUT:-$here/var/quotebench}
sample=${SAMPLE:-6}
python=${PYTHON:-$here/.venv/bin/python}

if [ ! -f "$rig/quotebench/run.py" ]; then
    echo "The rig is not at $rig: say where it is with QUOTEBENCH=/path/to/quotebench" >&2
    exit 2
fi
rig=$(cd "$rig" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
export PYTHONDONTWRITEBYTECODE=1

if [ ! -f "$out/dev/gold.jsonl" ]; then
    echo "Building the library and the cases (about two minutes) ..." >&2
    (cd "$rig" && "$python" -m quotebench.build --data data --split dev --out "$out/dev" >/dev/null)
fi

# measure NAME PYTHON [options of the rig] -- PROGRAM ...
measure() {
    name=$1
    shift
    echo "Measuring $name ..." >&2
    (cd "$rig" && PYTHONPATH="$here/src:$rig" "$python" -m quotebench.run \
        --bench "$out/dev" --pred "$out/$name.jsonl" "$@" >"$out/$name.txt") ||
        echo "  $name could not be measured" >&2
}

unset PYTHONDONTWRITEBYTECODE
measure scan --sample 40 --one-start -- "$python" "$rig/baselines/find.py"
measure quotecheck -- "$python" -m quotecheck.bench
export PYTHONDONTWRITEBYTECODE=1

if [ "${1:-}" = "--compare" ]; then
    # What is compared with is no part of the project: it has an environment of its own.
    if [ ! -x "$out/venv/bin/python" ]; then
        "$python" -m venv "$out/venv"
        "$out/venv/bin/pip" install -q numpy rapidfuzz edlib quid
    fi
    other=$out/venv/bin/python
    measure fts5-phrase --sample 40 -- "$other" "$rig/baselines/fts5.py"
    measure fts5-ranking --sample 40 -- "$other" "$rig/baselines/fts5.py" --how rank
    measure edlib --sample "$sample" --one-start -- "$other" "$rig/baselines/edlib_hw.py"
    measure rapidfuzz --sample "$sample" --one-start -- "$other" "$rig/baselines/rapidfuzz_partial.py"
    echo "Measuring quid ..." >&2
    (cd "$rig" && PYTHONPATH="$rig:$rig/baselines" "$other" baselines/oracle_doc.py quid \
        "$out/dev" "$out/quid.jsonl" machiavelli-prince dubois-souls middlemarch >"$out/quid.txt") ||
        echo "  quid could not be measured" >&2
fi

cat "$out/quotecheck.txt"
echo
"$python" "$here/bench/quotes_table.py" "$rig" "$out"
