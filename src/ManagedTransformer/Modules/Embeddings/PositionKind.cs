using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>How positions enter a model.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<PositionKind>))]
public enum PositionKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>A trained table.</summary>
    Learned,

    /// <summary>Sinusoids, sines in the first half of the columns and cosines in the second, the last frequency 1/10000 exactly.</summary>
    Half,

    /// <summary>Sinusoids as the paper writes them, sine and cosine in turn (Vaswani et al., 2017, section 3.5).</summary>
    Interleaved,

    /// <summary>
    /// A trained table of distances that the attention adds to the keys, and no absolute positions (Sukhbaatar et al., 2019).
    /// </summary>
    Relative,
}
