using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>fairseq's encoder-decoder Transformer, with softmax attention or, of T2R, with learnt features in the decoder.</summary>
/// <param name="file">The checkpoint.</param>
internal sealed class FairseqTranslation(FairseqFile file)
{
    private static readonly string[] _sides = ["encoder", "decoder"];

    private readonly StateDictionary _state = file.State;
    private readonly WeightPlan _plan = file.Plan;
    private readonly ForeignSettings _settings = file.Settings;

    /// <summary>The model.</summary>
    /// <param name="linear">Linear self-attention of the decoder; null for softmax.</param>
    /// <param name="crossLinear">Linear attention to the source; null for softmax.</param>
    /// <param name="mapLayer">Adds rules of parts that a fork has in a decoder layer: our name of the layer, and theirs.</param>
    /// <exception cref="InputException">Something cannot be represented.</exception>
    public ImportedModel Read(LinearAttentionConfig? linear, LinearAttentionConfig? crossLinear, Action<string, string>? mapLayer)
    {
        List<int> encoder = file.Layers("encoder"), decoder = file.Layers("decoder");
        int dim = Width("encoder"), width = Width("decoder");
        RequireSupported(dim, width);
        bool isPreNorm = Same("normalize_before", side => _settings.Flag($"{side}_normalize_before"));
        string output = _state.Has("decoder.embed_out") ? "decoder.embed_out" : "decoder.output_projection.weight";
        EmbeddingTie tie = _state.Has(output) && !_state.AreEqual(output, Table("decoder")) ? EmbeddingTie.None
            : _state.AreEqual(Table("encoder"), Table("decoder")) ? EmbeddingTie.All : EmbeddingTie.Decoder;
        bool isLearned = Same("learned_pos", side => _state.Has($"{side}.embed_positions.weight"));
        int limit = isLearned
            ? _sides.Max(side => _state.Size($"{side}.embed_positions.weight", 2, 0)) - FairseqFile.Padding - 1
            : Math.Max(file.PositionLimit("max_source_positions"), file.PositionLimit("max_target_positions"));
        EncoderDecoderConfig model = new()
        {
            SrcVocab = _state.Size(Table("encoder"), 2, 0),
            Vocab = _state.Size(Table("decoder"), 2, 0),
            Dim = dim,
            DecoderDim = width == dim ? 0 : width,
            Heads = Same("attention_heads", file.Heads),
            Ffn = _state.Size($"encoder.layers.{encoder[0]}.fc1.weight", 2, 0),
            DecoderFfn = _state.Size($"decoder.layers.{decoder[0]}.fc1.weight", 2, 0),
            EncoderLayers = encoder.Count,
            DecoderLayers = decoder.Count,
            Activation = file.Activation(),
            PreNorm = isPreNorm,
            FinalNorm = isPreNorm && !HasNorm("decoder") ? false : null,
            Tie = tie,
            Positions = isLearned ? PositionKind.Learned : PositionKind.Half,
            MaxPositions = limit,
            ScaleEmbedding = !_settings.Flag("no_scale_embedding"),
            PaddingIdx = FairseqFile.Padding,
            Dropout = _settings.Rate("dropout"),
            AttentionDropout = linear is null && crossLinear is null ? _settings.Rate("attention_dropout") : 0,
            ActivationDropout = _settings.Has("activation_dropout") ? _settings.Rate("activation_dropout") : _settings.Rate("relu_dropout"),
            Linear = linear,
            CrossLinear = crossLinear,
        };
        MapTables(tie, output);
        foreach (string side in _sides)
        {
            MapSide(side, side == "encoder" ? encoder : decoder, model, side == "encoder" ? null : mapLayer);
        }

        (SentenceTokenizer source, SentenceTokenizer target) =
            FairseqDictionary.OfTranslation(file.Source, _settings, model.SrcVocab, model.Vocab);
        return ImportedModel.Of(file.Source, model, source, target, _plan);
    }

    private string Table(string side) => _plan.Named($"{side}.embed.weight", $"{side}.embed_tokens.weight");

    private int Width(string side) => _state.Size(Table(side), 2, 1);

    // A norm behind the last layer is only there in layouts that apply it.
    private bool HasNorm(string side)
    {
        bool isApplied = side == "decoder" ? file.Version(side) > 2 : file.Version(side) >= 2;
        return isApplied && _state.Has($"{side}.layer_norm.weight");
    }

    private void RequireSupported(int dim, int width)
    {
        _settings.RefuseFlags("no_token_positional_embeddings", "layernorm_embedding");
        foreach ((string name, int size) in (ReadOnlySpan<(string, int)>)
            [("encoder_embed_dim", dim), ("decoder_embed_dim", width), ("decoder_input_dim", width), ("decoder_output_dim", width)])
        {
            if (_settings.Integer(name) is { } stated && stated != size)
            {
                throw file.Source.Refuse($"its setting {name} is {stated}, and the table of that side has the width {size}");
            }
        }

        if (_state.Names.FirstOrDefault(name => name.StartsWith("decoder.adaptive_softmax", StringComparison.Ordinal)
            || name.StartsWith("decoder.embed_tokens.embeddings", StringComparison.Ordinal)) is { } adaptive)
        {
            throw file.Source.Refuse($"it translates with an adaptive input or softmax, which is not supported: '{adaptive}'");
        }
    }

    private T Same<T>(string what, Func<string, T> of)
        where T : notnull
    {
        T first = of(_sides[0]), second = of(_sides[1]);
        return first.Equals(second) ? first : throw file.Source.Refuse(
            $"encoder_{what} is {first} and decoder_{what} is {second}; both sides must agree");
    }

    private void MapTables(EmbeddingTie tie, string output)
    {
        if (tie == EmbeddingTie.All)
        {
            _plan.Copy("embed.weight", Table("encoder"));
            _state.Use(Table("decoder"));
        }
        else
        {
            _plan.Copy("encoder.embed.weight", Table("encoder"));
            _plan.Copy("decoder.embed.weight", Table("decoder"));
        }

        if (tie == EmbeddingTie.None)
        {
            _plan.Copy("decoder.output.weight", output);
        }
        else if (_state.Has(output))
        {
            _state.Use(output);
        }
    }

    private void MapSide(string side, List<int> layers, EncoderDecoderConfig model, Action<string, string>? mapLayer)
    {
        FairseqLayers stack = new(file);
        for (int i = 0; i < layers.Count; i++)
        {
            string ours = $"{side}.layers.{i}", theirs = $"{side}.layers.{layers[i]}";
            if (side == "encoder")
            {
                stack.MapLayer(ours, theirs);
            }
            else
            {
                stack.MapDecoderLayer(ours, theirs);
            }

            mapLayer?.Invoke(ours, theirs);
        }

        if (model.Positions == PositionKind.Learned)
        {
            MapPositions(side, model.MaxPositions);
        }

        if (HasNorm(side))
        {
            _plan.CopyBoth($"{side}.norm", $"{side}.layer_norm");
        }
        else if (model.PreNorm && side == "encoder")
        {
            throw file.Source.Refuse("its encoder has norms before its sub-layers and none behind the last layer ('encoder.version', "
                + "'encoder.layer_norm'), which cannot be represented");
        }
        else
        {
            _state.Ignore(name => name.StartsWith($"{side}.layer_norm.", StringComparison.Ordinal));
        }
    }

    // Both sides have as many positions as the longer one; the others are zero rows.
    private void MapPositions(string side, int limit)
    {
        string theirs = $"{side}.embed_positions.weight";
        int rows = limit + FairseqFile.Padding + 1, given = _state.Size(theirs, 2, 0);
        if (given < rows)
        {
            file.Source.Note(
                $"The {side} has {given - FairseqFile.Padding - 1} positions and the other side {limit}: zero rows fill it up.");
        }

        _plan.Add($"{side}.positions.weight", theirs, shape => shape.Count == 2 ? [rows, shape[1]] : null, (values, shape) =>
        {
            Array.Resize(ref values, checked((int)(rows * shape[1])));
            return values;
        });
    }
}
