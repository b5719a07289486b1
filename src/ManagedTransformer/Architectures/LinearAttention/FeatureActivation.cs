using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// The function at the end of a learnt feature map. Only <see cref="Relu"/> and <see cref="Elu1"/> keep the denominator from changing its
/// sign.
/// </summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<FeatureActivation>))]
public enum FeatureActivation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x (1 + erf(x / sqrt 2)) / 2.</summary>
    Gelu,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>x itself.</summary>
    Linear,

    /// <summary>elu(x) + 1.</summary>
    Elu1,
}
