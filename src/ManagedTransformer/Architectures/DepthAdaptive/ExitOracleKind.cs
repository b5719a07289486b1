using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>What makes an exit the right one when the exit classifier is trained (Elbayad et al., 2020, section 3).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ExitOracleKind>))]
public enum ExitOracleKind
{
    /// <summary>The log-likelihood of the target at the exit.</summary>
    Likelihood,

    /// <summary>Whether the most probable token at the exit is the target.</summary>
    Correctness,
}
