using System.Text.Json.Serialization;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>What a causal Transformer language model is made of: the <c>model</c> object of recipes and of <c>config.json</c>.</summary>
public sealed record LanguageModelConfig
{
    /// <summary>Number of token ids; 0 in a recipe whose tokenizer decides it.</summary>
    public int Vocab { get; set; }

    /// <summary>Width D.</summary>
    public required int Dim { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of heads; divides the width.</summary>
    public required int Heads { get; init; }

    /// <summary>Inner width of the feed-forward layers; 4 D where absent.</summary>
    public int? Ffn { get; set; }

    /// <summary>Activation of the feed-forward layers.</summary>
    public Activation Activation { get; set; } = Activation.Relu;

    /// <summary>Norms before the sub-layers, and one after the last layer; otherwise after each sub-layer and none at the end.</summary>
    public bool PreNorm { get; set; } = true;

    /// <summary>Whether the output projection is the embedding table.</summary>
    public bool Tie { get; set; } = true;

    /// <summary>How positions enter.</summary>
    public PositionKind Positions { get; set; } = PositionKind.Half;

    /// <summary>Most tokens in a row, for learned and sinusoidal positions.</summary>
    public int MaxPositions { get; set; } = 1024;

    /// <summary>Id of padding: positions count from padding + 1 and padding is never a target; absent for models without padding.</summary>
    public int? PaddingIdx { get; set; }

    /// <summary>Multiplies embeddings by sqrt(D).</summary>
    public bool ScaleEmbedding { get; set; }

    /// <summary>Layer norm on the sum of embedding and position.</summary>
    public bool EmbeddingNorm { get; set; }

    /// <summary>Whether the linear maps of the layers have biases.</summary>
    public bool Bias { get; set; } = true;

    /// <summary>Epsilon of the norms.</summary>
    public float NormEpsilon { get; set; } = 1e-5f;

    /// <summary>Dropout on embeddings, after attention and after the feed-forward layer.</summary>
    public float Dropout { get; set; }

    /// <summary>Dropout on attention weights.</summary>
    public float AttentionDropout { get; set; }

    /// <summary>Dropout after the activation.</summary>
    public float ActivationDropout { get; set; }

    /// <summary>How weights start.</summary>
    public InitializationScheme Init { get; set; }

    /// <summary>Inner width of the feed-forward layers.</summary>
    [JsonIgnore]
    public int FeedForward => Ffn ?? 4 * Dim;

    /// <summary>
    /// Number of trainable values without building the model: V D (+ V D untied) + positions D + layers (4 D^2 + 2 D F + norms 4 D [+ biases 5 D + F]) + final norm 2 D.
    /// </summary>
    [JsonIgnore]
    public long ParameterCount
    {
        get
        {
            long d = Dim, f = FeedForward;
            long layer = (4 * d * d) + (2 * d * f) + (4 * d) + (Bias ? (5 * d) + f : 0);
            long positions = Positions == PositionKind.Learned ? (MaxPositions + (PaddingIdx is { } padding ? padding + 1 : 0)) * d : 0;
            return (Vocab * d * (Tie ? 1 : 2)) + positions + (Layers * layer) + (PreNorm ? 2 * d : 0) + (EmbeddingNorm ? 2 * d : 0);
        }
    }

    /// <summary>Checks every value.</summary>
    /// <param name="where">Named in the error, for instance the recipe's path.</param>
    /// <exception cref="InputException">A value out of its range, or two that exclude each other.</exception>
    public void Validate(string where)
    {
        Positive(Vocab, "vocab");
        Positive(Dim, "dim");
        Positive(Layers, "layers");
        Positive(Heads, "heads");
        Positive(FeedForward, "ffn");
        if (Positions != PositionKind.None)
        {
            Positive(MaxPositions, "max_positions");
        }

        Rate(Dropout, "dropout");
        Rate(AttentionDropout, "attention_dropout");
        Rate(ActivationDropout, "activation_dropout");
        if (Dim % Heads != 0)
        {
            throw new InputException($"{where}: model.heads ({Heads}) does not divide model.dim ({Dim}).");
        }

        if (PaddingIdx is { } padding && (padding < 0 || padding >= Vocab))
        {
            throw new InputException($"{where}: model.padding_idx ({padding}) is not an id of a vocabulary of {Vocab}.");
        }

        if (!(NormEpsilon > 0))
        {
            throw new InputException($"{where}: model.norm_epsilon ({NormEpsilon}) must be positive.");
        }

        void Positive(int value, string key)
        {
            if (value <= 0)
            {
                throw new InputException($"{where}: model.{key} is {value}, it must be positive.");
            }
        }

        void Rate(float value, string key)
        {
            if (value is not (>= 0 and < 1))
            {
                throw new InputException($"{where}: model.{key} is {value}, it must be at least 0 and below 1.");
            }
        }
    }
}
