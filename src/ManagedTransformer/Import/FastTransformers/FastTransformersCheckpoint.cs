using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.FastTransformers;

/// <summary>
/// Language models around an encoder of fast-transformers (Katharopoulos et al., 2020; Vyas et al., 2020). The library has no language
/// model and saves no hyper-parameters: what stands around the encoder is found by names, and heads and attention are given.
/// </summary>
internal sealed class FastTransformersCheckpoint : IForeignModel
{
    private const string Probe = "layers.0.attention.query_projection.weight";

    /// <inheritdoc/>
    public ForeignKind Kind => ForeignKind.FastTransformers;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["fast-transformers"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Options =>
    [
        ImportOptionNames.Heads, ImportOptionNames.Attention, ImportOptionNames.Activation, ImportOptionNames.ScaleEmbedding,
        ImportOptionNames.Vocabulary,
    ];

    /// <inheritdoc/>
    public ImportedModel Read(ImportSource source)
    {
        StateDictionary state = StateDictionary.Find(source);
        string prefix = FindPrefix(source, state);
        RequireSupported(source, state, prefix);
        ImportOptions options = source.Options;
        int heads = options.Heads ?? throw source.Refuse("the number of heads is not stored and must be given (--heads)");

        WeightPlan plan = new(state, options.Renames);
        List<int> numbers = state.Numbers($"{prefix}layers.");
        int dim = state.Size($"{prefix}{Probe}", 2, 1), inner = state.Size($"{prefix}layers.0.linear1.weight", 2, 0);
        if (heads < 1 || dim % heads != 0 || state.Size($"{prefix}{Probe}", 2, 0) != dim)
        {
            throw source.Refuse($"{heads} heads (--heads) and queries of {state.Size($"{prefix}{Probe}", 2, 0)} numbers do not fit the "
                + $"width {dim}: a head must have width / heads numbers");
        }

        SurroundingTables around = new(source, plan, prefix, dim);
        ForeignAttention attention = options.Attention ?? ForeignAttention.Elu;
        Note(source, attention);
        bool hasFinalNorm = state.Has($"{prefix}norm.weight"), hasBias = state.Has($"{prefix}layers.0.attention.query_projection.bias");
        LanguageModelConfig model = new()
        {
            Vocab = around.Vocabulary,
            Dim = dim,
            Layers = source.RequireLayers(numbers.Count),
            Heads = heads,
            Ffn = inner,
            Activation = options.Activation ?? Activation.Relu,
            PreNorm = false,
            FinalNorm = hasFinalNorm,
            Tie = around.IsTied,
            OutputBias = around.HasBias,
            Bias = hasBias,
            Positions = around.Positions > 0 ? PositionKind.Learned : PositionKind.None,
            MaxPositions = around.Positions > 0 ? around.Positions : 1024,
            ScaleEmbedding = options.ScaleEmbedding,
            Attention = attention == ForeignAttention.Softmax ? AttentionKind.Softmax : AttentionKind.Linear,
            Linear = Linear(source, state, $"{prefix}layers.{numbers[0]}.", attention, dim / heads),
        };
        MapLayers(plan, prefix, numbers, model, dim / heads);
        if (hasFinalNorm)
        {
            plan.CopyBoth("norm", $"{prefix}norm");
        }

        around.Map();
        ITokenizer tokenizer = options.Vocabulary is { } list
            ? Vocabulary(Vocabularies.ReadTokens(list, around.Vocabulary, source))
            : Vocabularies.Numbers(source, around.Vocabulary, "--vocab");
        return ImportedModel.Of(source, model, tokenizer, plan, model.MaxPositions);
    }

    private static VocabularyTokenizer Vocabulary(List<string> tokens)
    {
        int end = tokens.IndexOf("<eos>"), unknown = tokens.IndexOf("<unk>");
        return new VocabularyTokenizer(tokens, VocabularyUnits.Words)
        {
            EndOfLine = end < 0 ? null : end,
            Unknown = unknown < 0 ? null : unknown,
        };
    }

    private static string FindPrefix(ImportSource source, StateDictionary state)
    {
        string[] found = [.. state.Names.Where(name => name.EndsWith(Probe, StringComparison.Ordinal)
            && (name.Length == Probe.Length || name[^(Probe.Length + 1)] == '.')).Select(name => name[..^Probe.Length])];
        return found.Length == 1 ? found[0] : throw source.Refuse(found.Length == 0
            ? $"it has no tensor '...{Probe}', by which an encoder of fast-transformers is known"
            : $"it has several encoders: {string.Join(", ", found.Take(5).Select(name => $"'{name}'"))}");
    }

    private static void RequireSupported(ImportSource source, StateDictionary state, string prefix)
    {
        if (state.Names.FirstOrDefault(name => name.StartsWith(prefix, StringComparison.Ordinal)
            && (name.Contains(".self_attention.", StringComparison.Ordinal)
                || name.Contains(".cross_attention.", StringComparison.Ordinal)))
            is { } decoder)
        {
            throw source.Refuse($"it has a decoder of fast-transformers, which is not supported: '{decoder}'");
        }
    }

    private static void Note(ImportSource source, ForeignAttention attention)
    {
        if (source.Options.Attention is null)
        {
            source.Note("The file does not say how the model attends: linear attention with elu(x) + 1 is assumed (--attention).");
        }

        if (source.Options.Activation is null)
        {
            source.Note("The file does not name the activation of the feed-forward layers: ReLU is assumed (--activation).");
        }

        if (attention == ForeignAttention.Favor)
        {
            source.Note("Random features are those of the file, as the library's deterministic_eval has it.");
        }
    }

    private static LinearAttentionConfig? Linear(
        ImportSource source, StateDictionary state, string layer, ForeignAttention attention, int width)
    {
        switch (attention)
        {
            case ForeignAttention.Softmax:
                return null;
            case ForeignAttention.Elu:
                return new LinearAttentionConfig
                {
                    Map = FeatureMapKind.Elu1,
                    QueryScale = false,
                    Denominator = LinearDenominator.Add,
                    Eps = 1e-6f,
                };
            default:
                string omega = Omega(layer);
                return state.Has(omega) && state.Size(omega, 2, 0) == width
                    ? new LinearAttentionConfig
                    {
                        Map = FeatureMapKind.FavorHyp,
                        FeatureSize = state.Size(omega, 2, 1),
                        QueryScale = false,
                        Denominator = LinearDenominator.Add,
                        Eps = 1e-6f,
                    }
                    : throw source.Refuse($"--attention favor needs the tensor '{omega}' of {width} rows, the random features");
        }
    }

    private static string Omega(string layer) => $"{layer}attention.inner_attention.feature_map.omega";

    private static void MapLayers(WeightPlan plan, string prefix, List<int> numbers, LanguageModelConfig model, int width)
    {
        for (int i = 0; i < numbers.Count; i++)
        {
            string theirs = $"{prefix}layers.{numbers[i]}.";
            foreach (string part in (ReadOnlySpan<string>)["query", "key", "value", "out"])
            {
                plan.CopyPair($"layers.{i}.attn.{part}", $"{theirs}attention.{part}_projection");
            }

            plan.CopyPair($"layers.{i}.ffn.fc1", $"{theirs}linear1");
            plan.CopyPair($"layers.{i}.ffn.fc2", $"{theirs}linear2");
            plan.CopyBoth($"layers.{i}.norm1", $"{theirs}norm1");
            plan.CopyBoth($"layers.{i}.norm2", $"{theirs}norm2");
            if (model.Linear is { Map: FeatureMapKind.FavorHyp } linear)
            {
                MapFeatures(plan, $"layers.{i}.attn.feature.projection", Omega(theirs), model.Heads, linear.FeatureSize, width);
            }
        }
    }

    // The same features for every head.
    private static void MapFeatures(WeightPlan plan, string ours, string theirs, int heads, int rows, int width) => plan.Add(
        ours,
        theirs,
        shape => shape.SequenceEqual([(long)width, rows]) ? [heads, rows, width] : null,
        (values, _) =>
        {
            float[] one = WeightPlan.Transposed(values, width, rows), all = new float[one.Length * heads];
            for (int head = 0; head < heads; head++)
            {
                one.CopyTo(all.AsSpan(head * one.Length));
            }

            return all;
        });
}
