namespace ManagedTransformer.Tests.Torch;

/// <summary>Pickles that name what would do harm in Python, misuse what may be named, or ask for much time or memory.</summary>
internal static class HostilePickles
{
    private const int Megabyte = 1 << 20;

    /// <summary>All of them.</summary>
    public static IEnumerable<HostileFile> All() => [.. Names(), .. Arguments(), .. Structures(), .. Sizes()];

    private static IEnumerable<HostileFile> Names()
    {
        foreach ((string module, string name) in ((string, string)[])
            [
                ("builtins", "getattr"), ("builtins", "exec"), ("builtins", "__import__"), ("builtins", "object"), ("nt", "system"),
                ("copyreg", "_reconstructor"), ("torch.hub", "load"), ("torch", "load"), ("operator", "attrgetter"), ("runpy", "run_path"),
                ("importlib", "import_module"), ("functools", "partial"), ("numpy.testing._private.utils", "runstring"), ("os", "popen"),
                ("torch._utils", "_rebuild_tensor_v2.__globals__"), ("collections", "OrderedDict.__class__"), ("", ""),
            ])
        {
            yield return HostileFile.Pickle($"the name {module}.{name}", p => p.Global(module, name).Op("(").Text("id").Op("tR."),
                "refers to", "nothing was executed");
        }

        yield return HostileFile.Pickle("a name from memory",
            p => p.Text("os").Op("q\u0000").Text("system").Op("q\u0001").Op("00}h\u0000h\u0001").Op(0x93).Op("."), "os.system");
        yield return HostileFile.Pickle("a name of bytes", p => p.Op("C\u0002osC\u0006system").Op(0x93).Op("."), "a name is no text");
        yield return HostileFile.Pickle("a very long name",
            p => p.Text(new string('m', Megabyte)).Text("n").Op(0x93).Op("."), "refers to mmm", "...");
        yield return HostileFile.Pickle("a line without an end", p => p.Op("c").Op(new string('x', 2_000)), "longer than 1000");
    }

    private static IEnumerable<HostileFile> Arguments()
    {
        yield return HostileFile.Pickle("a class that is called", p => p.Global("builtins", "int").Op("(").Text("1").Op("tR."),
            "builtins.int");
        yield return HostileFile.Pickle("a type of storage that is called",
            p => p.Global("torch", "FloatStorage").Op(")R."), "torch.FloatStorage");
        yield return HostileFile.Pickle("a new object of a function", p => p.Global("torch._utils", "_rebuild_tensor_v2").Op(")\u0081."),
            "_rebuild_tensor_v2");
        yield return HostileFile.Pickle("a state of a namespace that is a list",
            p => p.Global("argparse", "Namespace").Op(")\u0081]b."), "state");
        yield return HostileFile.Pickle("a state of a text", p => p.Text("x").Op("}b."), "state");
        yield return HostileFile.Pickle("a parameter of a text",
            p => p.Global("torch.nn.parameter", "Parameter").Op("(").Text("x").Op("tR."), "Parameter");
        yield return HostileFile.Pickle("an array of objects",
            p => p.Global("numpy.core.multiarray", "_reconstruct").Op("(").Global("numpy", "ndarray").Op("(K\u0000tC\u0001btR")
                .Op("(K\u0001(K\u0001t")
                .Global("numpy", "dtype").Op("(").Text("O8").Op("tR"), "numpy.dtype");
        yield return HostileFile.Pickle("a number of another size", p => p.Global("numpy.core.multiarray", "scalar").Op("(")
            .Global("numpy", "dtype").Op("(").Text("f8").Op("tRC\u0003abctR."), "numpy.core.multiarray.scalar");
        yield return HostileFile.Pickle("a call as factory", p => p.Global("collections", "defaultdict").Op("(]tR."), "defaultdict");
        yield return HostileFile.Pickle("sizes that are texts",
            p => Rebuild(p, size: q => q.Op("(").Text("4").Op("t")), "sizes or strides");
        yield return HostileFile.Pickle("a size of 2^100",
            p => Rebuild(p, size: q => q.Op("(\u008A\u000D").Op(new byte[12]).Op(0x10).Op("t")), "sizes or strides");
        yield return HostileFile.Pickle("a size that is true", p => Rebuild(p, size: q => q.Op("(\u0088t")), "sizes or strides");
        yield return HostileFile.Pickle("an offset of 0.5", p => p.Global("torch._utils", "_rebuild_tensor_v2").Op("(")
            .Storage("FloatStorage", "0", 4).Op("G").Op(0x3F, 0xE0, 0, 0, 0, 0, 0, 0).Tuple(4).Tuple(1).Op("\u0089NtR."),
            "storage, offset");
        yield return HostileFile.Pickle("a key in other digits", p => p.Storage("FloatStorage", "\u0663", 4).Op("."), "keys are numbers");
        yield return HostileFile.Pickle("a count of 2^62", p => p.Storage("FloatStorage", "0", 1L << 62).Op("."), "4611686018427387904");
        yield return HostileFile.Pickle("a persistent id that is a list", p => p.Op("]Q."), "persistent id");

        static void Rebuild(PickleBuilder pickle, Action<PickleBuilder> size)
        {
            pickle.Global("torch._utils", "_rebuild_tensor_v2").Op("(").Storage("FloatStorage", "0", 4).Int(0);
            size(pickle);
            pickle.Tuple(1).Op("\u0089NtR.");
        }
    }

    private static IEnumerable<HostileFile> Structures()
    {
        yield return HostileFile.Pickle("a dictionary that holds itself under model",
            p => p.Op("}q\u0000").Text("model").Op("h\u0000s."), "no tensors");
        yield return HostileFile.Pickle("a list in a tuple as key", p => p.Op("}]\u0085Ns."), "key");
        yield return HostileFile.Pickle("a key of doubled tuples", p => Doubled(p), "parts");
        yield return HostileFile.Pickle("a tuple of too few", p => p.Op("K\u0001\u0087."), "empty");
        yield return HostileFile.Pickle("a mark inside", p => p.Op("](K\u0001Q."), "persistent id");
        yield return HostileFile.Pickle("a frame of 2^64", p => p.Op(0x95).Long(ulong.MaxValue).Op("}."), "claims 18446744073709551615");
        yield return HostileFile.Pickle("another protocol inside", p => p.Op("}").Op(0x80, 0).Op("."), "protocol");
        yield return HostileFile.Pickle("nothing at all on the stack", p => p.Op("."), "empty");
        yield return HostileFile.Pickle("a tensor under a name with control characters",
            p => p.Op("}").Text("a\u001b[2Jb").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op("s."), "no plain text");
        yield return HostileFile.Pickle("a tensor under a very long name",
            p => p.Op("}").Text(new string('n', Megabyte)).Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op("s."), "too long");

        static void Doubled(PickleBuilder pickle)
        {
            pickle.Op("}N\u0085q\u0000");
            for (byte i = 1; i <= 60; i++)
            {
                pickle.Op("0").Op((byte)'h', (byte)(i - 1)).Op((byte)'h', (byte)(i - 1)).Op(0x86).Op((byte)'q', i);
            }

            pickle.Op("Ns.");
        }
    }

    // Each of these took minutes or gigabytes in some version of some reader.
    private static IEnumerable<HostileFile> Sizes()
    {
        yield return HostileFile.Pickle("a long key again and again",
            p => p.Op("}").Text(new string('k', 4 * Megabyte)).Op("q\u00000").Repeat(200_000, (byte)'h', 0, (byte)'N', (byte)'s').Op("."),
            "memory");
        yield return HostileFile.Pickle("a tuple of long texts as key",
            p => p.Op("}").Text(new string('k', 8 * Megabyte)).Op("q\u00000(").Repeat(255, (byte)'h', 0).Op("tNs."), "memory");
        yield return HostileFile.Pickle("long bytes as keys",
            p => p.Op("}B").Word(4 * Megabyte).Op(new byte[4 * Megabyte]).Op("q\u00000").Repeat(100_000, (byte)'h', 0, (byte)'N', (byte)'s')
                .Op("."), "memory");
        yield return HostileFile.Pickle("wide numbers as keys",
            p => p.Op("}\u008A\u00FF").Op([.. Enumerable.Repeat((byte)0x77, 255)]).Op("q\u00000")
                .Repeat(400_000, (byte)'h', 0, (byte)'N', (byte)'s').Op("."), "memory");
        yield return HostileFile.Pickle("a long list copied again and again",
            p => p.Global("torch", "Size").Op("q\u00000](").Repeat(500_000, (byte)'N').Op("eq\u00010")
                .Repeat(2_000, [.. "h\u0000(h\u0001tR0"u8]).Op("}."), "memory");
        yield return HostileFile.Pickle("a long state again and again",
            p => p.Op("}(K\u0001Nuq\u00010").Global("argparse", "Namespace").Op(")\u0081")
                .Repeat(600_000, [.. "h\u0001b"u8]).Op("."), "memory");
    }
}
