using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.Llama;

/// <summary>Which maps of rotary attention have biases.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AttentionBias>))]
public enum AttentionBias
{
    /// <summary>None of them: Llama, Mistral, Qwen3.</summary>
    None,

    /// <summary>Query, key and value: Qwen2.</summary>
    Inputs,

    /// <summary>Query, key, value and output.</summary>
    All,
}
