using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Import.AdaptiveSpan;

/// <summary>
/// Checkpoints of "Adaptive Attention Span in Transformers" and of all-attention networks (Sukhbaatar et al., 2019), which share a program.
/// They hold no hyper-parameters: sizes come from shapes, the ramp from the user.
/// </summary>
internal sealed class SpanCheckpoint : IForeignModel
{
    private const int DefaultRamp = 32, MostContext = 512;

    /// <inheritdoc/>
    public ForeignKind Kind => ForeignKind.AdaptiveSpan;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["adaptive-span", "all-attention"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Options => [ImportOptionNames.Data, ImportOptionNames.Vocabulary, ImportOptionNames.Ramp];

    /// <inheritdoc/>
    public ImportedModel Read(ImportSource source)
    {
        StateDictionary state = StateDictionary.From(source, source.RootDictionary().Get("model"), "dictionary 'model'");
        WeightPlan plan = new(state, source.Options.Renames);
        string positions = plan.Named("pos.weight", "key_pe");
        int width = state.Size(positions, 3, 1), limit = state.Size(positions, 3, 2);
        bool isAdaptive = state.Has("in_emb.emb_layers.0.weight");
        AdaptiveClusters? clusters = isAdaptive ? SpanClusters.Read(source, state) : null;
        int dim = isAdaptive ? state.Size("in_emb.emb_projs.0", 2, 0) : state.Size(plan.Named("embed.weight", "in_emb.weight"), 2, 1);
        int vocab = isAdaptive ? SpanClusters.Vocabulary(state) : state.Size(plan.Named("embed.weight", "in_emb.weight"), 2, 0);
        List<int> layers = state.Numbers("layers.");
        if (layers.Count == 0 || dim % width != 0)
        {
            throw source.Refuse(layers.Count == 0 ? "it has no tensors 'layers.0...'"
                : $"the width {dim} of 'in_emb' is no multiple of the width {width} of a head in 'key_pe'");
        }

        source.RequireLayers(layers.Count);
        if (layers[^1] != layers.Count - 1)
        {
            throw source.Refuse($"its layers are numbered {string.Join(", ", layers)}, from 0 on one is missing");
        }

        SpanLayers stack = new(source, plan, dim / width, layers.Count);
        bool isTied = isAdaptive && SpanClusters.AreTied(state, clusters!.Count);
        plan.SwapLast("pos.weight", "key_pe", dropsFirst: true);
        stack.Map();
        if (isAdaptive)
        {
            SpanClusters.Map(plan, clusters!.Count, isTied);
        }
        else
        {
            plan.Copy("embed.weight", "in_emb.weight");
            plan.CopyBoth("output", "out_emb");
        }

        if (stack.HasSpans && source.Options.Ramp is null)
        {
            source.Note($"The file does not say how long the ramp of its spans is: {DefaultRamp} tokens are assumed (--ramp).");
        }

        LanguageModelConfig model = new()
        {
            Vocab = vocab,
            Dim = dim,
            Layers = layers.Count,
            Heads = dim / width,
            Attention = stack.HasSpans ? AttentionKind.AdaptiveSpan : AttentionKind.FixedSpan,
            Span = new SpanConfig { Limit = limit, Ramp = source.Options.Ramp ?? DefaultRamp },
            Persistent = stack.Persistent,
            Ffn = stack.FeedForward,
            Bias = false,
            FfnBias = true,
            PreNorm = false,
            Activation = Activation.Relu,
            Tie = isTied,
            OutputBias = !isAdaptive,
            Adaptive = clusters,
            Positions = PositionKind.Relative,
            Init = InitializationScheme.FanIn,
        };
        return ImportedModel.Of(
            source, model, SpanVocabulary.Read(source, vocab, isAdaptive), plan, Math.Min(limit, MostContext));
    }
}
