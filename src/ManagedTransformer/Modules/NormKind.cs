using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Modules;

/// <summary>How the layers of a model normalise.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<NormKind>))]
public enum NormKind
{
    /// <summary>Mean 0 and variance 1, with gain and bias (Ba et al., 2016).</summary>
    Layer,

    /// <summary>Mean square 1, with a gain (Zhang and Sennrich, 2019).</summary>
    Rms,
}
