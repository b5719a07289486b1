using ManagedTransformer.Architectures.Transformer;

namespace ManagedTransformer.Architectures.LinearAttention.Conversion;

/// <summary>A converted model.</summary>
/// <param name="Model">The new model; it shares nothing with its source.</param>
/// <param name="NewTensors">Names of the parameters and buffers that the source lacks: of feature maps and gates.
/// They have initial values.</param>
public sealed record T2RResult(CausalLanguageModel Model, IReadOnlyList<string> NewTensors);
