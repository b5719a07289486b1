using ManagedTransformer.Tensors;

namespace ManagedTransformer.Import.Sources;

/// <summary>What a checkpoint of another program does not say about itself. An option that the kind of checkpoint does not take is refused.
/// </summary>
public sealed record ImportOptions
{
    /// <summary>Whose program wrote the checkpoint.</summary>
    public required ForeignKind From { get; init; }

    /// <summary>The folder with what the vocabulary is made of: <c>train.txt</c>, <c>dict.txt</c>, or <c>dict.LANGUAGE.txt</c>.</summary>
    public string? Data { get; init; }

    /// <summary>The vocabulary, one token a line.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>fairseq's dictionary of the source language.</summary>
    public string? SourceDictionary { get; init; }

    /// <summary>fairseq's dictionary of the target language, or that of a language model.</summary>
    public string? TargetDictionary { get; init; }

    /// <summary>Our names of tensors, and under which the file has them, in place of the kind's own rules.</summary>
    public IReadOnlyDictionary<string, string> Renames { get; init; } = new Dictionary<string, string>();

    /// <summary>Length of the soft mask's ramp of adaptive spans, in tokens; null: 32, the authors' default.</summary>
    public int? Ramp { get; init; }

    /// <summary>The language that a model of several languages is to speak.</summary>
    public string? Language { get; init; }

    /// <summary>Number of heads, where the file does not have it.</summary>
    public int? Heads { get; init; }

    /// <summary>How the model attends, where the file does not say it; null: elu.</summary>
    public ForeignAttention? Attention { get; init; }

    /// <summary>Activation of feed-forward layers, where the file does not say it; null: ReLU.</summary>
    public Activation? Activation { get; init; }

    /// <summary>Whether embeddings are multiplied by the root of the width, where the file does not say it.</summary>
    public bool ScaleEmbedding { get; init; }

    /// <summary>Whether to take the moving averages of the weights instead of the last ones.</summary>
    public bool Ema { get; init; }

    /// <summary>The configuration of the model that plain tensors belong to, a model folder's <c>config.json</c>.</summary>
    public string? Config { get; init; }

    /// <summary>How weights are written: Float32, or BFloat16 for matrices, of half the size.</summary>
    public DType Weights { get; init; } = DType.Float32;

    /// <summary>The options that only some kinds take, as the tool names them without the dashes, and whether they are given.</summary>
    internal IEnumerable<(string Name, bool IsGiven)> Special() =>
    [
        (ImportOptionNames.Data, Data is not null),
        (ImportOptionNames.Vocabulary, Vocabulary is not null),
        (ImportOptionNames.SourceDictionary, SourceDictionary is not null),
        (ImportOptionNames.TargetDictionary, TargetDictionary is not null),
        (ImportOptionNames.Ramp, Ramp is not null),
        (ImportOptionNames.Language, Language is not null),
        (ImportOptionNames.Heads, Heads is not null),
        (ImportOptionNames.Attention, Attention is not null),
        (ImportOptionNames.Activation, Activation is not null),
        (ImportOptionNames.ScaleEmbedding, ScaleEmbedding),
        (ImportOptionNames.Ema, Ema),
        (ImportOptionNames.Config, Config is not null),
    ];
}
