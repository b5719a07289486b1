using ManagedTransformer.Import.AdaptiveSpan;
using ManagedTransformer.Import.Delight;
using ManagedTransformer.Import.Fairseq;
using ManagedTransformer.Import.FastTransformers;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Import.Xlm;

namespace ManagedTransformer.Import;

/// <summary>The programs whose checkpoints are understood; plain tensors are not among them, since they are no model.</summary>
internal static class ForeignModels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IForeignModel> All { get; } =
    [
        new SpanCheckpoint(), new XlmCheckpoint(), new FairseqCheckpoint(), new DelightCheckpoint(), new T2RCheckpoint(),
        new FastTransformersCheckpoint(),
    ];

    /// <summary>What understands a kind; null for plain tensors.</summary>
    public static IForeignModel? Of(ForeignKind kind) => All.FirstOrDefault(model => model.Kind == kind);
}
