using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>How a language model's layers attend.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AttentionKind>))]
public enum AttentionKind
{
    /// <summary>Softmax over the block's earlier positions and the position itself (Vaswani et al., 2017).</summary>
    Softmax,

    /// <summary>The same with rotary positions and heads of queries that share keys and values: the Llama family.</summary>
    Rotary,

    /// <summary>
    /// Weights phi(q) . phi(k) of a feature map instead of exp(q . k), in linear time and with a state of constant size (Katharopoulos et
    /// al., 2020).
    /// </summary>
    Linear,

    /// <summary>Softmax over the span limit's last positions, with relative positions and cached states of earlier blocks.</summary>
    FixedSpan,

    /// <summary>The same, and every head learns how far back it looks (Sukhbaatar et al., 2019).</summary>
    AdaptiveSpan,

    /// <summary>The same, and every head computes from its input how far back it looks (Sukhbaatar et al., 2019, section 2.2).</summary>
    DynamicSpan,

    /// <summary>
    /// Rotary attention whose softmax feature maps have taken the place of, but for a window of the newest keys (Zhang et al., "LoLCATs",
    /// 2024).
    /// </summary>
    Lolcats,
}
