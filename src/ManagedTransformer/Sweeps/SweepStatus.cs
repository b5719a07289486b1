using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Sweeps;

/// <summary>Where a run of a sweep stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SweepStatus>))]
public enum SweepStatus
{
    /// <summary>It has not begun.</summary>
    Pending,

    /// <summary>It is being trained.</summary>
    Running,

    /// <summary>It was stopped; the sweep goes on with it when it is resumed.</summary>
    Interrupted,

    /// <summary>It came to its end.</summary>
    Complete,

    /// <summary>It could not go on, for instance since its loss became infinite.</summary>
    Failed,
}
