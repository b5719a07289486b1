using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Fairseq;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Import.Delight;

/// <summary>Language models of DeLighT, with adaptive input and softmax or a plain table.</summary>
/// <param name="parts">The checkpoint.</param>
internal sealed class DelightLanguageModel(DelightFile parts)
{
    private const string Map = "decoder.embed_tokens.map_layer", Softmax = "decoder.adaptive_softmax",
        Positions = "decoder.embed_positions.weight";

    private readonly FairseqFile _file = parts.File;
    private readonly StateDictionary _state = parts.File.State;
    private readonly WeightPlan _plan = parts.File.Plan;

    /// <summary>The model.</summary>
    /// <exception cref="InputException">Something cannot be represented.</exception>
    public ImportedModel Read()
    {
        ForeignSettings settings = _file.Settings;
        FairseqAdaptive adaptive = new(_file, Map);
        bool isAdaptive = _state.Has(Table(0));
        string table = _plan.Named("embed.weight", $"{Map}.weight");
        int vocab = isAdaptive ? adaptive.Vocabulary(Table) : _state.Size(table, 2, 0);
        AdaptiveClusters? clusters = isAdaptive ? adaptive.Read(vocab, AdaptiveForm.Delight) : null;
        bool isTied = !isAdaptive || adaptive.HasTiedTables(clusters!.Count, Table);
        bool hasTiedProjections = isTied && isAdaptive && adaptive.HasTiedProjections(clusters!.Count, Projection);
        if (isAdaptive && !hasTiedProjections)
        {
            clusters = clusters! with { TieProj = false };
        }

        PositionKind positions = settings.Flag("no_token_positional_embeddings") ? PositionKind.None
            : _state.Has(Positions) ? PositionKind.Learned : PositionKind.Half;
        int limit = positions == PositionKind.Learned
            ? _state.Size(Positions, 2, 0) - FairseqFile.Padding - 1
            : _file.PositionLimit("max_target_positions", "tokens_per_sample");
        bool hasNorm = _state.Has("decoder.layer_norm.weight");
        LanguageModelConfig model = new()
        {
            Vocab = vocab,
            Dim = _state.Size("decoder.embed_tokens.dextra_layer.output_layer.weights", 2, 0),
            Layers = parts.Layers("decoder"),
            Heads = 1,
            Ffn = parts.FeedForward("decoder"),
            Activation = parts.Activation(),
            Delight = parts.Config("dec"),
            PreNorm = settings.Flag("decoder_normalize_before"),
            FinalNorm = hasNorm,
            Tie = isTied,
            Adaptive = clusters,
            Positions = positions,
            MaxPositions = limit,
            PaddingIdx = FairseqFile.Padding,
            ScaleEmbedding = !isAdaptive && !settings.Flag("no_scale_embedding"),
            Dropout = settings.Rate("dropout"),
            AttentionDropout = settings.Rate("attention_dropout"),
            ActivationDropout = settings.Rate("activation_dropout"),
        };
        MapEnds(model, table, hasNorm);
        if (isAdaptive)
        {
            MapClusters(clusters!, isTied, hasTiedProjections);
        }

        for (int i = 0; i < model.Layers; i++)
        {
            parts.MapLayer($"layers.{i}", $"decoder.layers.{i}", "dextra_layer_sa", hasCross: false);
        }

        int context = settings.Integer("tokens_per_sample") is > 0 and int tokens ? Math.Min(tokens, limit) : Math.Min(limit, 512);
        return ImportedModel.Of(_file.Source, model, FairseqDictionary.OfLanguageModel(_file.Source, vocab), _plan, context);
    }

    private static string Table(int cluster) => $"{Map}.embeddings.{cluster}.weight";

    private static string Projection(int cluster) => $"{Map}.projections.{cluster}.weight";

    private void MapEnds(LanguageModelConfig model, string table, bool hasNorm)
    {
        parts.MapUnit("embed.dextra", "decoder.embed_tokens.dextra_layer");
        parts.MapProjection("project.weight");
        if (model.Adaptive is null)
        {
            _plan.Copy("embed.weight", table);
        }

        if (model.Positions == PositionKind.Learned)
        {
            _plan.Copy("positions.weight", Positions);
        }

        if (hasNorm)
        {
            _plan.CopyBoth("norm", "decoder.layer_norm");
        }
    }

    private void MapClusters(AdaptiveClusters clusters, bool isTied, bool hasTiedProjections)
    {
        const string Words = $"{Softmax}.head.word_proj.weight", Classes = $"{Softmax}.head.class_proj.weight";
        for (int i = 0; i < clusters.Count; i++)
        {
            _plan.Copy($"embed.bands.{i}.weight", Table(i));
            _plan.Copy($"embed.proj.{i}.weight", Projection(i));
        }

        if (isTied)
        {
            _plan.Copy("head.class.weight", Classes);
            _state.Use(Words);
        }
        else if (_state.Has(Words))
        {
            MapHead(Words, Classes);
        }
        else
        {
            _plan.Copy("head.weight", _state.Has($"{Softmax}.head.weights") ? $"{Softmax}.head.weights" : $"{Softmax}.head.weight");
        }

        for (int i = 1; i < clusters.Count; i++)
        {
            string table = FairseqAdaptive.TailTable(i), projection = FairseqAdaptive.TailProjection(i);
            if (isTied)
            {
                _state.Use(table);
            }
            else
            {
                _plan.Copy($"tail.{i - 1}.out.weight", table);
            }

            if (hasTiedProjections)
            {
                _state.Use(projection);
            }
            else if (_state.Get(projection) is { } tensor && tensor.Sizes.SequenceEqual(_state.Get(Projection(i))?.Sizes ?? []))
            {
                // A projection of the input, used from its other side.
                _plan.SwapLast($"tail.{i - 1}.proj.weight", projection);
            }
            else
            {
                _plan.Copy($"tail.{i - 1}.proj.weight", projection);
            }
        }
    }

    // Words and classes are one table where they are not the input's.
    private void MapHead(string words, string classes)
    {
        long count = _state.Size(classes, 2, 0);
        _plan.Add("head.weight", words, shape => shape.Count == 2 ? [shape[0] + count, shape[1]] : null,
            (values, _) => [.. values, .. _state.Read(classes)]);
        _state.Use(classes);
    }
}
