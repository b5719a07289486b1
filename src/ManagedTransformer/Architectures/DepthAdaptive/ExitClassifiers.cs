using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>Which matrices project the states of the exits to the vocabulary.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ExitClassifiers>))]
public enum ExitClassifiers
{
    /// <summary>A matrix of its own for every exit.</summary>
    Separate,

    /// <summary>One matrix for all exits.</summary>
    Shared,

    /// <summary>The decoder's embedding table for all exits.</summary>
    Tied,
}
