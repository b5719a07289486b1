using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>What an attention slot computed.</summary>
/// <param name="Output">[B, T, dim]</param>
/// <param name="MeanSpan">The mean span of the heads in tokens, a scalar that a penalty can be put on;
/// null for mechanisms without learnt spans.</param>
public readonly record struct AttentionOutput(Tensor Output, Tensor? MeanSpan = null);
