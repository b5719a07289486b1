using System.Text;
using ManagedTransformer.Import;
using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Checkpoints of other programs: their settings, names and vocabularies.</summary>
internal static class ImportTargets
{
    private const string Checkpoint = "model.pt", Output = "out", Dictionary = "dict.txt";

    private const int Words = 20;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Of("import-span", new ImportOptions { From = ForeignKind.AdaptiveSpan }),
        Of("import-fast", new ImportOptions { From = ForeignKind.FastTransformers, Heads = 2 }),
        Of("import-fairseq", new ImportOptions { From = ForeignKind.Fairseq }),
        new("import-dictionary", "a dictionary of fairseq beside a checkpoint", Dictionary, folder => ModelImport.Run(
            Path.Combine(folder, Checkpoint), Path.Combine(folder, Output),
            new ImportOptions { From = ForeignKind.Fairseq, TargetDictionary = Path.Combine(folder, Dictionary) }))
        {
            Output = Output,
            Written = () => new Dictionary<string, byte[]>
            {
                [Checkpoint] = FuzzTargets.Find("import-fairseq")[0].Seeds[0],
                [Dictionary] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, Words).Select(i => $"w{i} {100 - i}\n"))),
            },
        },
        Of("import-t2r", new ImportOptions { From = ForeignKind.T2R }),
        Of("import-xlm", new ImportOptions { From = ForeignKind.Xlm }),
    ];

    private static FuzzTarget Of(string name, ImportOptions options) => new(
        name, $"checkpoints of {options.From}, with which models are made", Checkpoint, folder => ModelImport.Run(
            Path.Combine(folder, Checkpoint), Path.Combine(folder, Output), options))
    {
        Form = FuzzForm.Zip,
        Output = Output,
        Words = TensorTargets.PickleWords,
    };
}
