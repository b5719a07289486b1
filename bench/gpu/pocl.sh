#!/usr/bin/env bash
# Makes an OpenCL device out of the processor, for tests on machines without a GPU: unpacks PoCL 6 of Debian 13, with the C library that it was built for, into a folder.
#
#   bench/gpu/pocl.sh DIR
#   OCL_ICD_VENDORS=DIR/icd DIR/dotnet/dotnet PROGRAM.dll
#
# Nothing is installed, no rights beyond the folder are needed. The packages come from the Debian mirror that the machine is configured for, about 100 MB; apt checks their
# signatures. ILGPU refuses older PoCLs, which lack generic addresses. Programs must start by the copy of `dotnet` in DIR, which uses the unpacked C library.
set -euo pipefail

fail() {
    echo "$1" >&2
    exit 1
}

[ $# -eq 1 ] || fail "usage: pocl.sh DIR"
[ "$(uname -sm)" = "Linux x86_64" ] || fail "the software OpenCL device is for Linux on x86-64"
for tool in apt-get dpkg dotnet; do
    command -v "$tool" >/dev/null || fail "$tool is missing"
done

mkdir -p "$1"
dir=$(cd "$1" && pwd)
[ ! -x "$dir/dotnet/dotnet" ] || exit 0

mirror=$({
    grep -hoP '^URIs:\s*\K\S+' /etc/apt/sources.list.d/*.sources
    grep -hoP '^deb\s+(\[[^]]*\]\s+)?\K\S+' /etc/apt/sources.list /etc/apt/sources.list.d/*.list
} 2>/dev/null | grep -E '/debian/?$' | grep -v security | head -1 || true)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -n "$mirror" ] && [ -e "$keys" ] || fail "no Debian mirror is configured on this machine"

mkdir -p "$dir"/{etc,root,icd,dotnet,state/lists/partial,cache/archives/partial}
: >"$dir/state/status"
echo "deb [signed-by=$keys] $mirror trixie main" >"$dir/etc/sources.list"
apt=(apt-get -qq
    -o Dir::Etc::SourceList="$dir/etc/sources.list" -o Dir::Etc::SourceParts=-
    -o Dir::State="$dir/state" -o Dir::State::status="$dir/state/status" -o Dir::Cache="$dir/cache"
    -o APT::Sandbox::User="$(id -un)" -o APT::Install-Recommends=false)
"${apt[@]}" update >&2 || fail "the Debian mirror cannot be reached"
"${apt[@]}" install -y --download-only pocl-opencl-icd ocl-icd-libopencl1 libstdc++6 libssl3t64 patchelf zlib1g >&2 || fail "the packages of PoCL cannot be had"
for package in "$dir"/cache/archives/*.deb; do
    dpkg -x "$package" "$dir/root"
done

libraries=$dir/root/usr/lib/x86_64-linux-gnu
ln -sf libOpenCL.so.1 "$libraries/libOpenCL.so"
echo "$libraries/libpocl.so.2" >"$dir/icd/pocl.icd"

# A starter of .NET that loads the unpacked C library instead of the machine's.
home=$(dirname "$(readlink -f "$(command -v dotnet)")")
for part in host shared sdk packs sdk-manifests; do
    [ ! -e "$home/$part" ] || ln -sfn "$home/$part" "$dir/dotnet/$part"
done

loader=$(find "$dir/root" -name ld-linux-x86-64.so.2 | head -1)
cp "$home/dotnet" "$dir/dotnet/starter"
"$loader" --library-path "$libraries" "$dir/root/usr/bin/patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$dir/dotnet/starter"
rm -rf "$dir/cache" "$dir/state"
mv "$dir/dotnet/starter" "$dir/dotnet/dotnet" # last: its being there says that all is done
