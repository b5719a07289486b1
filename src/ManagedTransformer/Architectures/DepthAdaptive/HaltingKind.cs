using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>How it is decided at which layer a token leaves the decoder (Elbayad et al., 2020, section 3).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<HaltingKind>))]
public enum HaltingKind
{
    /// <summary>Every token runs all layers.</summary>
    None,

    /// <summary>One exit per sentence, the likeliest by a classifier on the mean of the encoder's states, chosen before decoding.</summary>
    Sequence,

    /// <summary>One exit per token, the likeliest by a classifier on the state after the first layer.</summary>
    Multinomial,

    /// <summary>After each layer a probability to stop there; the first above its threshold is the exit (geometric-like).</summary>
    Geometric,

    /// <summary>The first layer whose most probable next token has a probability above the threshold. It needs no training.</summary>
    Confidence,

    /// <summary>Always the same layer.</summary>
    Fixed,

    /// <summary>A layer drawn uniformly for every token: what a model trained for all exits must bear.</summary>
    Uniform,
}
