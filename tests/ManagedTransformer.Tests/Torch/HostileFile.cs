using System.Text;
using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Tests.Torch;

/// <summary>A file that somebody made to do harm, or that is damaged, and what the refusing sentence must say.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Words">What the sentence must have.</param>
internal sealed record HostileFile(string Name, Func<byte[]> Bytes, params string[] Words)
{
    private const int Many = 3_000_000;

    private static readonly TestTensor _four = TestTensor.Of("0", [1f, 2, 3, 4], 4);

    /// <summary>All of them.</summary>
    public static IEnumerable<HostileFile> All() =>
    [
        .. Pickles(), .. Tensors(), .. Zips(), .. Legacy(), .. OtherFiles(),
        .. HostilePickles.All(), .. HostileArchives.All(), .. HostileModels.All(),
    ];

    /// <summary>Whose program it pretends to be of.</summary>
    public ForeignKind From { get; init; } = ForeignKind.Plain;

    private static IEnumerable<HostileFile> Pickles()
    {
        yield return Pickle("a call of os.system", p => p.Global("os", "system").Op("(").Text("true").Op("tR."), "os.system", "executed");
        yield return Pickle("builtins.eval", p => p.Global("builtins", "eval").Op("(").Text("1").Op("tR."), "builtins.eval", "executed");
        yield return Pickle("a global by stack", p => p.Text("posix").Text("system").Op(0x93).Op("."), "posix.system", "executed");
        yield return Pickle("a global nobody reads", p => p.Global("subprocess", "Popen").Op("0}."), "subprocess.Popen");
        yield return Pickle("a dotted name", p => p.Global("torch", "nn.Module").Op("."), "torch.nn.Module");
        yield return Pickle("a long name with control characters",
            p => p.Text("a\u0007b" + new string('x', 500)).Text("c").Op(0x93).Op("."), "\\u0007", "...");
        yield return Pickle("omegaconf", p => p.Global("omegaconf.dictconfig", "DictConfig").Op(")\u0081."), "omegaconf", "--from plain");
        yield return Pickle("INST", p => p.Op("(ios\nsystem\n."), "INST");
        yield return Pickle("OBJ", p => p.Op("(o."), "OBJ");
        yield return Pickle("EXT1", p => p.Op(0x82, 1), "EXT1");
        yield return Pickle("NEWOBJ_EX", p => p.Op(0x92), "NEWOBJEX");
        yield return Pickle("a text opcode", p => p.Op("I1\n."), "INT");
        yield return Pickle("PERSID", p => p.Op("Pabc\n."), "PERSID");
        yield return Pickle("a list that is called", p => p.Op("])R."), "calls a list");
        yield return Pickle("wrong arguments", p => p.Global("torch._utils", "_rebuild_tensor_v2").Op("(K\u0001tR."), "_rebuild_tensor_v2");
        yield return Pickle("an encoding other than latin1",
            p => p.Global("_codecs", "encode").Op("(").Text("x").Text("rot13").Op("tR."), "_codecs.encode");
        yield return Pickle("a module as persistent id", p => p.Op("(").Text("module").Text("code").Op("tQ."), "module");
        yield return Pickle("no end", p => p.Op("}"), "damaged pickle", "early");
        yield return Pickle("an empty stack", p => p.Op("0."), "damaged pickle", "empty");
        yield return Pickle("no mark", p => p.Op("]e."), "mark");
        yield return Pickle("a key without a value", p => p.Op("}(").Text("a").Op("u."), "key");
        yield return Pickle("a list as key", p => p.Op("}]Ns."), "key");
        yield return Pickle("an append to a dictionary", p => p.Op("}Na."), "list");
        yield return Pickle("a missing memo entry", p => p.Op("h\u0005."), "recalls");
        yield return Pickle("an unknown opcode", p => p.Op(0xFF), "0xFF");
        yield return Pickle("protocol 9", p => p.Op(0x80, 9).Op("}."), "protocol");
        yield return Zip("no protocol", () => PickleBuilder.Raw((byte)'}', (byte)'.').ToArray(), "protocol");
        yield return Pickle("a text of 4 GB", p => p.Op("X").Word(uint.MaxValue), "claims 4294967295 bytes");
        yield return Pickle("bytes of 2^63", p => p.Op(0x8E).Long(1UL << 63), "claims 9223372036854775808 bytes");
        yield return Pickle("a negative length of a number", p => p.Op(0x8B).Word(uint.MaxValue), "number");
        yield return Pickle("a frame past the end", p => p.Op(0x95).Long(1000).Op("}."), "claims 1000 bytes");
        yield return Pickle("a memo number of 2^32", p => p.Op("}j").Word(uint.MaxValue).Op("."), "recalls");
        yield return Pickle("deep nesting", p => p.Op("]").Repeat(600, 0x85).Op("."), "deep");
        yield return Pickle("very many marks", p => p.Repeat(4 * Many, (byte)'('), "damaged pickle");
        yield return Pickle("very many dictionaries", p => p.Repeat(Many, (byte)'}').Op("."), "memory");
        yield return Pickle("very many memo entries", p => p.Op("N").Repeat(Many, 0x94).Op("."), "memory");
        yield return Pickle("very many operations", p => p.Repeat(5_100_000, (byte)'N', (byte)'0').Op("."), "operations");
        yield return Pickle("invalid UTF-8", p => p.Op("X").Word(1).Op(0xFF).Op("."), "UTF-8");
        yield return Pickle("half a surrogate in a name",
            p => p.Op("}X").Word(3).Op(0xED, 0xA0, 0x80).Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op("s."), "name");
    }

    private static IEnumerable<HostileFile> Tensors()
    {
        yield return Tensor("a negative size", 4, 0, [-1], [1], "negative");
        yield return Tensor("a negative stride", 4, 0, [4], [-1], "negative");
        yield return Tensor("a negative offset", 4, -1, [4], [1], "negative");
        yield return Tensor("an element outside", 4, 1, [4], [1], "end of its storage", "[4]");
        yield return Tensor("products that overflow", 4, 0, [1L << 40, 1L << 40], [0, 0], "elements");
        yield return Tensor("strides that overflow", 4, 0, [1L << 40, 2], [1L << 60, 1], "elements");
        yield return Tensor("one element as 2^40", 4, 0, [1L << 40], [0], "more than once");
        yield return Tensor("ranks that differ", 4, 0, [2, 2], [1], "strides");
        yield return Zip("33 axes", () => One(33), "at most 32");
        yield return Pickle("a storage that is missing", p => p.Op("}").Text("w").Tensor("FloatStorage", "7", 4, 0, [4], [1]).Op("s."),
            "lacks the storage 7");
        yield return Pickle("a storage of another length", p => p.Op("}").Text("w").Tensor("FloatStorage", "0", 5, 0, [4], [1]).Op("s."),
            "16 bytes", "20");
        yield return Pickle("a key with two types", p => p.Op("(").Storage("FloatStorage", "0", 4).Storage("IntStorage", "0", 4).Op("t."),
            "named twice");
        yield return Pickle("a key that is a path", p => p.Storage("FloatStorage", "../x", 4).Op("."), "../x");
        yield return Pickle("a negative count", p => p.Storage("FloatStorage", "0", -4).Op("."), "-4");
        yield return Zip("many views of everything", ManyViews, "many times");

        static byte[] One(int axes) => new PickleBuilder().Op("}").Text("w")
            .Tensor("FloatStorage", "0", 4, 0, [.. Enumerable.Repeat(1L, axes)], new long[axes]).Op("s.").ToArray();

        // Overlapping windows over one element each, 20,000 times 65,536.
        static byte[] ManyViews()
        {
            PickleBuilder pickle = new();
            pickle.Op("](");
            for (int i = 0; i < 2_000; i++)
            {
                pickle.Tensor("FloatStorage", "0", 4, i % 4, [65_000 - i], [0]);
            }

            return pickle.Op("e.").ToArray();
        }
    }

    private static IEnumerable<HostileFile> Zips()
    {
        byte[] pickle = PickleBuilder.State(false, ("w", _four)).ToArray();
        yield return Archive("two names that are equal", z => z.Add("archive/data/0", _four.Bytes), "twice");
        yield return Archive("two names that differ in case", z => z.Add("archive/DATA/0", _four.Bytes), "twice");
        yield return Archive("two roots", z => z.Add("other/data/1", _four.Bytes), "root");
        yield return Archive("a path outside", z => z.Add("archive/../x", _four.Bytes), "path");
        yield return Archive("a backslash", z => z.Add("archive\\x", _four.Bytes), "path");
        yield return Archive("a drive", z => z.Add("C:/x", _four.Bytes), "path");
        yield return Archive("an absolute path", z => z.Add("/x", _four.Bytes), "path");
        yield return Archive("a compressed entry", z => z.Add("archive/data/1", _four.Bytes, method: 8), "compressed");
        yield return Archive("an encrypted entry", z => z.Add("archive/data/1", _four.Bytes, flags: 1), "encrypted");
        yield return Archive("a symbolic link", z => z.Add("archive/data/1", _four.Bytes, attributes: 0xA1FF_0000), "link");
        yield return Archive("a folder", z => z.Add("archive/data/1", _four.Bytes, attributes: 0x10), "folder");
        yield return Archive("another local name", z => z.Add("archive/data/1", _four.Bytes, localName: "archive/data/2"), "another name");
        yield return Archive("overlapping entries", z => z.Add("archive/data.pkx", pickle, localName: "archive/data.pkl", place: 0),
            "another name");
        yield return Archive("a length outside the file", z => z.Add("archive/data/1", _four.Bytes, length: 1_000_000), "1000000");
        yield return Archive("TorchScript", z => z.Add("archive/constants.pkl", _four.Bytes), "TorchScript", "state_dict");
        yield return new("a wrong checksum",
            () => new ZipBuilder().Add("a/data.pkl", pickle, crc: 1).Add("a/data/0", _four.Bytes).ToArray(), "CRC");
        yield return new("a wrong checksum of a storage",
            () => new ZipBuilder().Add("a/data.pkl", pickle).Add("a/data/0", _four.Bytes, crc: 1).ToArray(), "CRC");
        yield return new("no pickle", () => new ZipBuilder().Add("archive/version", "3\n"u8.ToArray()).ToArray(), "data.pkl");
        yield return new("format version 77",
            () => new ZipBuilder().Add("a/data.pkl", pickle).Add("a/version", "77\n"u8.ToArray()).ToArray(), "77");
        yield return new("a byte order that is none",
            () => new ZipBuilder().Add("a/data.pkl", pickle).Add("a/byteorder", "middle"u8.ToArray()).ToArray(), "middle");
        yield return new("very many claimed entries",
            () => new ZipBuilder { ClaimedCount = 60_000 }.Add("a/data.pkl", pickle).ToArray(), "60000");
        yield return new("a directory outside the file",
            () => new ZipBuilder { ClaimedStart = 1_000_000 }.Add("a/data.pkl", pickle).ToArray(), "1000000");
        yield return new("cut off", () => ZipBuilder.Checkpoint(pickle, ("0", _four.Bytes)).ToArray()[..^40], "archive is damaged");
    }

    private static IEnumerable<HostileFile> Legacy()
    {
        (string, TestTensor) named = ("w", _four);
        byte[] value = PickleBuilder.State(true, named).ToArray();
        (string Key, long Count, byte[] Bytes)[] storages = [("0", 4, _four.Bytes)];
        yield return new("another version", () => LegacyBuilder.File(value, storages, version: 7), "version");
        yield return new("a count that differs", () => LegacyBuilder.File(value, [("0", 5, _four.Bytes)]), "5 elements", "4");
        yield return new("a negative count in an older file", () => LegacyBuilder.File(value, [("0", -4, _four.Bytes)]), "-4");
        yield return new("a huge count", () => LegacyBuilder.File(value, [("0", long.MaxValue, _four.Bytes)]), "9223372036854775807");
        yield return new("a key too many", () => LegacyBuilder.File(value, storages, keys: ["0", "1"]), "'1'");
        yield return new("a key twice", () => LegacyBuilder.File(value, storages, keys: ["0", "0"]), "twice");
        yield return new("no key", () => LegacyBuilder.File(value, storages, keys: []), "lacks the key '0'");
        yield return new("bytes at the end", () => [.. LegacyBuilder.File(value, storages), 1, 2, 3], "3 bytes behind");
        yield return new("a storage cut off", () => LegacyBuilder.File(value, storages)[..^3], "are left");
        yield return new("a call in the value",
            () => LegacyBuilder.File(new PickleBuilder().Global("os", "system").Op(".").ToArray(), storages), "os.system");
        yield return new("a view past its root", () => LegacyBuilder.File(View(), storages), "past");

        static byte[] View() => new PickleBuilder().Op("(").Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(4)
            .Op("(").Text("1").Int(2).Int(3).Op("ttQ.").ToArray();
    }

    private static IEnumerable<HostileFile> OtherFiles()
    {
        yield return new("empty", () => [], "begins with nothing");
        yield return new("HTML", () => "<!DOCTYPE html><html>"u8.ToArray(), "begins with '<!DOCTYPE html");
        yield return new("a Git LFS pointer", () => "version https://git-lfs.github.com/spec/v1\n"u8.ToArray(), "Git LFS");
        yield return new("safetensors", () => [16, 0, 0, 0, 0, 0, 0, 0, .. "{\"a\": 1}        "u8], "safetensors");
        yield return new("gzip", () => [0x1F, 0x8B, 8, 0, 0, 0], "gzip");
        yield return new("another pickle", () => [0x80, 4, (byte)'}', (byte)'.'], "pickle");
        yield return new("bytes before the archive", () => [0, .. "PK\u0003\u0004"u8], "begins with");
        yield return new("PyTorch's tar", () => Tar("./sys_info"), "2017");
        yield return new("another tar", () => Tar("readme.txt"), "tar archive");

        static byte[] Tar(string name)
        {
            byte[] header = new byte[512];
            Encoding.ASCII.GetBytes(name, header);
            "ustar"u8.CopyTo(header.AsSpan(257));
            return header;
        }
    }

    /// <summary>A newer file with a pickle and a storage 0 of four numbers.</summary>
    public static HostileFile Pickle(string name, Action<PickleBuilder> write, params string[] words) => Zip(
        name,
        () =>
        {
            PickleBuilder pickle = new();
            write(pickle);
            return pickle.ToArray();
        },
        words);

    private static HostileFile Zip(string name, Func<byte[]> pickle, params string[] words) =>
        new(name, () => ZipBuilder.Checkpoint(pickle(), ("0", _four.Bytes)).ToArray(), words);

    private static HostileFile Tensor(string name, long count, long offset, long[] sizes, long[] strides, params string[] words) => Pickle(
        name, p => p.Op("}").Text("layer.weight").Tensor("FloatStorage", "0", count, offset, sizes, strides).Op("s."),
        [.. words, "layer.weight", "storage 0"]);

    private static HostileFile Archive(string name, Action<ZipBuilder> add, params string[] words) => new(
        name,
        () =>
        {
            ZipBuilder zip = ZipBuilder.Checkpoint(PickleBuilder.State(false, ("w", _four)).ToArray(), ("0", _four.Bytes));
            add(zip);
            return zip.ToArray();
        },
        words);
}
