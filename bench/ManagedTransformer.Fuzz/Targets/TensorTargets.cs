using ManagedTransformer.Import;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Inspection;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Files of tensors.</summary>
internal static class TensorTargets
{
    private const string Weights = "model.safetensors", Torch = "model.pt", Output = "out";

    /// <summary>Parts of pickles, and what no reader may call.</summary>
    public static readonly string[] PickleWords =
    [
        "cos\nsystem\n", "c__builtin__\neval\n", "cbuiltins\nexec\n", "csubprocess\nPopen\n", "ctorch._utils\n_rebuild_tensor_v2\n",
        "ctorch\nFloatStorage\n", "ccollections\nOrderedDict\n", "cnumpy.core.multiarray\nscalar\n", "cargparse\nNamespace\n", "R", "b",
        "Q", "}(", "](", "u", "s", "e", "t", "\u0085", "0", "2", "(", ".", "q\0", "h\0", "I99999999999\n", "L-1L\n", "X\u0004\0\0\0data",
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", "tensors in safetensors files, each of which is read", Weights, ReadTensors)
        {
            Form = FuzzForm.Safetensors,
            Documented = typeof(InvalidDataException),
            Words = ["__metadata__", "dtype", "shape", "data_offsets", "F32", "BF16", "I64", "BOOL", "U8", "F8_E4M3"],
        },
        new("safetensors-info", "the summary of a safetensors file", Weights, folder => ModelSummary.Of(Path.Combine(folder, Weights)))
        {
            Form = FuzzForm.Safetensors,
            Written = () => TinyModels.Folder(TinyModels.Language()).Where(file => file.Key == Weights).ToDictionary(),
        },
        new("torch", "tensors in files of PyTorch, each of which is read", Torch, folder => ModelImport.Run(
            Path.Combine(folder, Torch), Path.Combine(folder, Output), new ImportOptions { From = ForeignKind.Plain }))
        {
            Form = FuzzForm.Zip,
            Output = Output,
            Words = PickleWords,
        },
    ];

    private static void ReadTensors(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, Weights));
        foreach (SafetensorsEntry entry in file.Entries)
        {
            file.ReadTensor(entry.Name).Release();
        }
    }
}
