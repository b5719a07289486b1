using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.Llama;

/// <summary>How the frequencies of rotary positions are changed for texts longer than those of the first training.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RotaryScalingKind>))]
public enum RotaryScalingKind
{
    /// <summary>All are divided by the factor (Chen et al., "Extending Context Window", 2023).</summary>
    Linear,

    /// <summary>Low frequencies are divided, high ones stay, those between are blended (Llama 3.1, 2024).</summary>
    Llama3,
}
