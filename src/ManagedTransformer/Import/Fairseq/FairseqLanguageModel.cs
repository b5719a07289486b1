using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>fairseq's <c>transformer_lm</c>, with softmax attention or, of T2R, with learnt features.</summary>
/// <param name="file">The checkpoint.</param>
internal sealed class FairseqLanguageModel(FairseqFile file)
{
    private const string Tokens = "decoder.embed_tokens", Positions = "decoder.embed_positions.weight";

    /// <summary>The model.</summary>
    /// <param name="linear">Linear attention of all layers; null for softmax.</param>
    /// <param name="mapLayer">Adds rules of parts that a fork has in a layer: our name of the layer, and theirs.</param>
    /// <exception cref="InputException">Something cannot be represented.</exception>
    public ImportedModel Read(LinearAttentionConfig? linear, Action<string, string>? mapLayer)
    {
        (ForeignSettings settings, StateDictionary state, WeightPlan plan) = (file.Settings, file.State, file.Plan);
        List<int> layers = file.Layers("decoder");
        bool isAdaptive = state.Has(Table(0));
        bool hasSoftmax = state.Names.Any(name => name.StartsWith("decoder.adaptive_softmax.tail", StringComparison.Ordinal));
        if (isAdaptive != hasSoftmax)
        {
            throw file.Source.Refuse(isAdaptive
                ? "it has an adaptive input and a plain output; both must be adaptive, or neither"
                : "it has an adaptive softmax and a plain input; both must be adaptive, or neither");
        }

        FairseqAdaptive adaptive = new(file, Tokens);
        string table = plan.Named("embed.weight", $"{Tokens}.weight");
        int vocab = isAdaptive ? adaptive.Vocabulary(Table) : state.Size(table, 2, 0);
        int dim = isAdaptive ? state.Size($"{Tokens}.embeddings.0.1.weight", 2, 0) : state.Size(table, 2, 1);
        RequireWidth(dim);
        AdaptiveClusters? clusters = isAdaptive ? adaptive.Read(vocab, AdaptiveForm.Fairseq) : null;
        bool hasNorm = state.Has("decoder.layer_norm.weight"), isOld = file.Version("decoder") <= 2;
        string output = state.Has("decoder.embed_out") ? "decoder.embed_out" : "decoder.output_projection.weight";
        bool isTied = isAdaptive
            ? adaptive.HasTiedTables(clusters!.Count, Table) && adaptive.HasTiedProjections(clusters.Count, Projection)
            : !state.Has(output) || state.AreEqual(output, table);
        bool isPreNorm = settings.Flag("decoder_normalize_before", absent: true), hasFinalNorm = hasNorm && !isOld;
        PositionKind positions = settings.Flag("no_token_positional_embeddings") ? PositionKind.None
            : state.Has(Positions) ? PositionKind.Learned : PositionKind.Half;
        int limit = positions == PositionKind.Learned
            ? state.Size(Positions, 2, 0) - FairseqFile.Padding - 1
            : file.PositionLimit("max_target_positions", "tokens_per_sample");
        LanguageModelConfig model = new()
        {
            Vocab = vocab,
            Dim = dim,
            Layers = layers.Count,
            Heads = file.Heads("decoder"),
            Attention = linear is null ? AttentionKind.Softmax : AttentionKind.Linear,
            Linear = linear,
            Ffn = state.Size($"decoder.layers.{layers[0]}.fc1.weight", 2, 0),
            Activation = file.Activation(),
            PreNorm = isPreNorm,
            FinalNorm = hasFinalNorm,
            Tie = isTied,
            Adaptive = clusters,
            Positions = positions,
            MaxPositions = limit,
            PaddingIdx = FairseqFile.Padding,
            ScaleEmbedding = !isAdaptive && !settings.Flag("no_scale_embedding"),
            EmbeddingNorm = EmbeddingNorm() is not null,
            Dropout = settings.Rate("dropout"),
            AttentionDropout = linear is null ? settings.Rate("attention_dropout") : 0,
            ActivationDropout = settings.Has("activation_dropout") ? settings.Rate("activation_dropout") : settings.Rate("relu_dropout"),
        };
        MapEnds(model, table, output, hasNorm);
        if (isAdaptive)
        {
            MapInput(clusters!);
            adaptive.MapSoftmax(clusters!, dim, isTied);
        }

        FairseqLayers stack = new(file);
        for (int i = 0; i < layers.Count; i++)
        {
            stack.MapLayer($"layers.{i}", $"decoder.layers.{layers[i]}");
            mapLayer?.Invoke($"layers.{i}", $"decoder.layers.{layers[i]}");
        }

        int context = settings.Integer("tokens_per_sample") is > 0 and int tokens ? Math.Min(tokens, limit) : Math.Min(limit, 512);
        return ImportedModel.Of(file.Source, model, FairseqDictionary.OfLanguageModel(file.Source, vocab), plan, context);
    }

    private static string Table(int cluster) => $"{Tokens}.embeddings.{cluster}.0.weight";

    private static string Projection(int cluster) => $"{Tokens}.embeddings.{cluster}.1.weight";

    private void RequireWidth(int dim)
    {
        foreach (string name in (ReadOnlySpan<string>)["decoder_embed_dim", "decoder_input_dim", "decoder_output_dim"])
        {
            if (file.Settings.Integer(name) is { } width && width != dim)
            {
                throw file.Source.Refuse($"its setting {name} is {width}, and its tables have the width {dim}; widths must agree");
            }
        }
    }

    private string? EmbeddingNorm() => file.State.Has("decoder.layernorm_embedding.weight") ? "decoder.layernorm_embedding"
        : file.State.Has("decoder.emb_layer_norm.weight") ? "decoder.emb_layer_norm" : null;

    private void MapEnds(LanguageModelConfig model, string table, string output, bool hasNorm)
    {
        (StateDictionary state, WeightPlan plan) = (file.State, file.Plan);
        if (model.Adaptive is null)
        {
            plan.Copy("embed.weight", table);
            if (!model.Tie)
            {
                plan.Copy("output.weight", output);
            }
            else if (state.Has(output))
            {
                state.Use(output);
            }
        }

        if (model.Positions == PositionKind.Learned)
        {
            plan.Copy("positions.weight", Positions);
        }

        if (EmbeddingNorm() is { } norm)
        {
            plan.CopyBoth("embed_norm", norm);
        }

        if (model.HasFinalNorm)
        {
            plan.CopyBoth("norm", "decoder.layer_norm");
        }
        else if (hasNorm)
        {
            state.Ignore(name => name.StartsWith("decoder.layer_norm.", StringComparison.Ordinal));
            file.Source.Note("The layout is that of fairseq before version 3 of its decoder, which does not apply 'decoder.layer_norm'.");
        }
    }

    private void MapInput(AdaptiveClusters clusters)
    {
        for (int i = 0; i < clusters.Count; i++)
        {
            file.Plan.Copy($"embed.bands.{i}.weight", Table(i));
            file.Plan.Copy($"embed.proj.{i}.weight", Projection(i));
        }
    }
}
