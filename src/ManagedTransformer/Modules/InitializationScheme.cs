using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Modules;

/// <summary>How the weights of a model start.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<InitializationScheme>))]
public enum InitializationScheme
{
    /// <summary>
    /// Xavier uniform for linear maps (gain 1/sqrt 2 for query, key and value), N(0, 1/D) for embeddings, biases 0: fairseq's choice.
    /// </summary>
    Xavier,

    /// <summary>
    /// N(0, 0.02^2) for every matrix, divided by sqrt(2 layers) for the maps that write into the residual stream, biases 0: GPT-2's choice.
    /// </summary>
    Gpt2,

    /// <summary>
    /// U(-1/sqrt(inputs), 1/sqrt(inputs)) for weights and biases of linear maps, N(0, 1) for embeddings: PyTorch's defaults.
    /// </summary>
    FanIn,
}
