using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>Kinds of optimisers.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<OptimizerKind>))]
public enum OptimizerKind
{
    /// <summary>Adam with epsilon after the root's bias correction, decoupled decay.</summary>
    Adamw,

    /// <summary>Adam with epsilon before it, as fairseq has it, decoupled decay.</summary>
    Adam,

    /// <summary>Gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adagrad with clipping per tensor.</summary>
    Adagrad,
}
