using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>Gates computed from the layer's input, one per head and position.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LinearGateKind>))]
public enum LinearGateKind
{
    /// <summary>No gates.</summary>
    None,

    /// <summary>The state decays: s = g s + (1 - g) phi_k (x) v (Peng et al., 2021, section 3.2).</summary>
    Decay,

    /// <summary>The mapped key is multiplied by g.</summary>
    Input,
}
