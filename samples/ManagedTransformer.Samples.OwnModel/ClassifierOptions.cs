using ManagedTransformer.Architectures.LinearAttention;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>Sizes of a <see cref="SequenceClassifier"/>.</summary>
public sealed record ClassifierOptions
{
    /// <summary>Number of token ids.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Most tokens of a text.</summary>
    public int MaxLength { get; init; } = 64;

    /// <summary>Width.</summary>
    public int Dim { get; init; } = 32;

    /// <summary>Layers; without any, the order of tokens plays no part.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Heads of every layer.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Dropout in the layers.</summary>
    public float Dropout { get; init; } = 0.1f;

    /// <summary>Attention of the layers: T2R's learnt feature map with 16 features (Kasai et al., 2021).</summary>
    public LinearAttentionConfig Attention { get; init; } = new() { Map = FeatureMapKind.Learned, FeatureSize = 16 };

    /// <summary>Checks the sizes.</summary>
    /// <param name="where">Named in the error.</param>
    /// <exception cref="InputException">One is out of its range.</exception>
    public void Validate(string where)
    {
        if (Vocabulary < 1 || Classes < 2 || MaxLength < 1 || Dim < 1 || Layers < 0 || Heads < 1 || Dim % Heads != 0
            || Dropout is not (>= 0 and < 1) || Attention is null)
        {
            throw new InputException(
                $"{where}: a classifier has a vocabulary, two classes at least, positive sizes, heads that divide its width, and a dropout "
                + $"from 0 to 1; these are {this}.");
        }

        Attention.Validate($"{where}: Attention");
    }
}
