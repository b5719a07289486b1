namespace ManagedTransformer.Import.Sources;

/// <summary>How a model of fast-transformers attends, which its checkpoint does not say.</summary>
public enum ForeignAttention
{
    /// <summary>Linear attention with the features elu(x) + 1: the library's causal-linear.</summary>
    Elu,

    /// <summary>Linear attention with positive random features, both signs: its Favor.</summary>
    Favor,

    /// <summary>Softmax attention: its full.</summary>
    Softmax,
}
