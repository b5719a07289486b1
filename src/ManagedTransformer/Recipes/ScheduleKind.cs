using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>Kinds of learning-rate schedules.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ScheduleKind>))]
public enum ScheduleKind
{
    /// <summary>A constant, with optional linear warm-up from 0.</summary>
    Constant,

    /// <summary>Linear warm-up whose first update has the rate lr / warmup, then constant.</summary>
    LinearWarmup,

    /// <summary>Warm-up, then proportional to the inverse square root of the updates.</summary>
    InverseSqrt,

    /// <summary>The Transformer paper's schedule.</summary>
    Noam,

    /// <summary>Warm-up, then cosine annealing.</summary>
    Cosine,

    /// <summary>Warm-up, then a polynomial down to the end rate.</summary>
    Polynomial,

    /// <summary>Warm-up, then linear back to the first rate.</summary>
    Linear,

    /// <summary>A factor every so many updates.</summary>
    Step,

    /// <summary>Several schedules one after the other.</summary>
    Composed,
}
