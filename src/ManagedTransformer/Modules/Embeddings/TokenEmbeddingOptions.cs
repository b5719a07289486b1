namespace ManagedTransformer.Modules.Embeddings;

/// <summary>Sizes and kinds of a token embedding.</summary>
public sealed record TokenEmbeddingOptions
{
    /// <summary>Number of token ids.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Width.</summary>
    public required int Dim { get; init; }

    /// <summary>How positions enter.</summary>
    public PositionKind Positions { get; init; }

    /// <summary>Most tokens in a row; ignored without positions.</summary>
    public int MaxPositions { get; init; } = int.MaxValue;

    /// <summary>Id of padding, or null.</summary>
    public int? Padding { get; init; }

    /// <summary>Multiplies embeddings by sqrt(dim).</summary>
    public bool Scale { get; init; }

    /// <summary>Layer norm on the sum.</summary>
    public bool Norm { get; init; }

    /// <summary>Epsilon of that norm.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Dropout on the result.</summary>
    public float Dropout { get; init; }

    /// <summary>Standard deviation of the initial tables; null: 1 / sqrt(dim).</summary>
    public float? Deviation { get; init; }
}
