#!/bin/bash
# An OpenCL device without a graphics card: PoCL, which compiles OpenCL for the processor.
#
#   bench/gpu/pocl.sh DIR
#
# Packages of Debian 13 are downloaded from the Debian mirror that this machine has configured and unpacked into DIR; nothing is installed,
# and no rights beyond DIR are needed.
# They bring their own C library, so DIR/dotnet/dotnet is a copy of this machine's starter of .NET that uses it:
#
#   OCL_ICD_VENDORS=DIR/icd DIR/dotnet/dotnet APP.dll
#
# About 30 seconds and 110 MB to download, 400 MB in DIR. A second call with the same DIR does nothing. On failure the last line of the
# error output is one sentence that says why.
set -euo pipefail

fail() {
    echo "$1" >&2
    exit 1
}

[ $# -eq 1 ] || fail 'usage: pocl.sh DIR'
mkdir -p "$1" 2>/dev/null || fail "$1 cannot be made."
root=$(cd "$1" && pwd)
[ -x "$root/dotnet/dotnet" ] && exit 0 # made last: all is done

[ "$(uname -sm)" = 'Linux x86_64' ] || fail 'The packages are for Linux on x86-64.'
for tool in apt-get dpkg dotnet; do
    command -v $tool > /dev/null || fail "There is no $tool here, which unpacks Debian's packages."
done
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e $keys ] || fail "Debian's signing keys ($keys) are not here."

# The mirror, in either style of sources; those of security updates have other paths.
mirror=$({
    grep -hoP '^URIs:\s*\K\S+' /etc/apt/sources.list.d/*.sources 2> /dev/null
    grep -hoP '^deb\s+(\[[^]]*\]\s+)?\K\S+' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null
} | grep -E '/debian/?$' | grep -v security | head -1 || true)
[ -n "$mirror" ] || fail 'No Debian mirror is configured here.'

# apt with state, cache and sources of its own; an empty status makes it fetch every dependency, the C library included.
mkdir -p "$root/etc" "$root/state/lists/partial" "$root/cache/archives/partial"
: > "$root/state/status"
echo "deb [signed-by=$keys] $mirror trixie main" > "$root/etc/sources.list"
apt=(apt-get -q -o "Dir::Etc::SourceList=$root/etc/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State=$root/state" -o "Dir::State::status=$root/state/status"
    -o "Dir::Cache=$root/cache" -o "APT::Sandbox::User=$(id -un)" -o APT::Install-Recommends=false -o Acquire::Retries=2)
"${apt[@]}" update > "$root/log" 2>&1 || fail "The package lists of $mirror cannot be had: $(grep -m1 '^E:' "$root/log" || tail -1 "$root/log")"
"${apt[@]}" install -y --download-only pocl-opencl-icd ocl-icd-libopencl1 libstdc++6 libssl3t64 patchelf zlib1g >> "$root/log" 2>&1 \
    || fail "The packages cannot be had from $mirror: $(grep -m1 '^E:' "$root/log" || tail -1 "$root/log")"

unpacked=$root/root
mkdir -p "$unpacked"
for package in "$root"/cache/archives/*.deb; do
    dpkg -x "$package" "$unpacked" || fail "$package cannot be unpacked."
done
rm -rf "$root/cache/archives" "$root/state/lists"

# ILGPU asks for libOpenCL.so; the loader of drivers reads the folder that OCL_ICD_VENDORS names.
libraries=$unpacked/usr/lib/x86_64-linux-gnu
ln -sf libOpenCL.so.1 "$libraries/libOpenCL.so"
mkdir -p "$root/icd"
echo "$libraries/libpocl.so.2" > "$root/icd/pocl.icd"

# A starter of .NET that loads the unpacked C library; everything else of .NET stays where it is.
installed=$(dirname "$(readlink -f "$(command -v dotnet)")")
mkdir -p "$root/dotnet"
for part in host shared sdk packs sdk-manifests; do
    [ ! -e "$installed/$part" ] || ln -sfn "$installed/$part" "$root/dotnet/$part"
done
loader=$(ls "$libraries/ld-linux-x86-64.so.2" "$unpacked/lib64/ld-linux-x86-64.so.2" "$unpacked/usr/lib64/ld-linux-x86-64.so.2" 2> /dev/null | head -1 || true)
[ -n "$loader" ] || fail 'The packages have no loader of programs where it is expected.'
cp "$installed/dotnet" "$root/dotnet/dotnet.new"
"$loader" --library-path "$libraries" "$unpacked/usr/bin/patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$root/dotnet/dotnet.new" \
    || fail 'The starter of .NET cannot be changed.'
mv "$root/dotnet/dotnet.new" "$root/dotnet/dotnet"
