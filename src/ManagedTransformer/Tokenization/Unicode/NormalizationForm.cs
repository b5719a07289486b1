namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>The four normalization forms of Unicode (UAX 15).</summary>
internal enum NormalizationForm
{
    /// <summary>Canonical decomposition and composition.</summary>
    C,

    /// <summary>Canonical decomposition.</summary>
    D,

    /// <summary>Compatibility decomposition and canonical composition.</summary>
    KC,

    /// <summary>Compatibility decomposition.</summary>
    KD,
}
