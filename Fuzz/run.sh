#!/usr/bin/env bash
# Builds the fuzzers and runs one for each reader, FUZZ_SECONDS each (60). What fails is left in .build/fuzz/found; put it into
# Tests/Fixtures/checkpoints/corpus or Tests/Fixtures/onnx/corpus, which the tests read, once it is mended.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
build=.build/fuzz
for product in CheckpointFuzzer GraphFuzzer HTTPFuzzer; do
    CINEGRAD_FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path $build --product $product
done

# seeds READER FILE...: small files to begin with.
seeds() {
    local reader=$1
    shift
    mkdir -p "$build/seeds/$reader" "$build/corpus/$reader" "$build/found"
    find "$@" -size -9 -exec cp -f --backup=numbered -t "$build/seeds/$reader" {} +
}
fixtures=Tests/Fixtures/checkpoints
rm -rf $build/seeds
seeds safetensors $fixtures/corpus -name '*.safetensors'
seeds safetensors $fixtures/hostile -name '*.safetensors'
seeds torch-zip $fixtures/torch $fixtures/hostile $fixtures/corpus -name '*.pt' -not -name '*legacy*'
seeds torch-legacy $fixtures/torch $fixtures/corpus -name '*legacy*.pt'
seeds onnx Tests/Fixtures/onnx -name '*.onnx'
# Every operator by itself, and chains of those that move.
python3 -c '
import base64, json, sys
for kind in ["operators", "movements"]:
    for index, one in enumerate(json.load(open(f"Tests/Fixtures/onnx/{kind}.json"))["cases"]):
        open(f"{sys.argv[1]}/{kind}-{index}.onnx", "wb").write(base64.b64decode(one["model"]))' $build/seeds/onnx

# The first byte names the reader: 0 request heads, 1 chunks, 2 forms.
mkdir -p $build/seeds/http $build/corpus/http
printf '\0GET /a?b=%%41 HTTP/1.1\r\nHost: a:1\r\nX: y\r\n\r\nPOST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n' >$build/seeds/http/heads
printf '\0PUT / HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n' >$build/seeds/http/put
printf '\0015\r\nhello\r\nA;x="y"\r\n0123456789\r\n0\r\nT: v\r\n\r\nGET' >$build/seeds/http/chunks
printf '\2--b-c\r\nContent-Disposition: form-data; name="a"; filename="x"\r\nContent-Type: t/u\r\n\r\nhello\r\n--b-c--\r\n' >$build/seeds/http/form

# Otherwise Swift prints where a trap was, and libFuzzer never gets to write down what it was given.
export SWIFT_BACKTRACE=enable=no

# fuzz READER FUZZER: what ends a fuzzer ends this too.
fuzz() {
    echo "==> Fuzzing the $1 reader for $seconds s"
    $build/release/"$2" -max_total_time="$seconds" -max_len=6000 -rss_limit_mb=1024 -timeout=5 -print_final_stats=1 \
        -artifact_prefix="$build/found/$1-" "$build/corpus/$1" "$build/seeds/$1" 2>&1 |
        grep -E 'INITED|DONE|ERROR|SUMMARY|Test unit|number_of_executed_units|peak_rss'
}
for reader in safetensors torch-zip torch-legacy; do fuzz $reader CheckpointFuzzer; done
fuzz onnx GraphFuzzer
fuzz http HTTPFuzzer
