namespace ManagedTransformer.Tensors;

/// <summary>What causal linear attention computed.</summary>
/// <param name="Output">[B, T, H, dv]</param>
/// <param name="State">The state behind the last position; null unless asked for.</param>
public readonly record struct LinearAttentionResult(Tensor Output, LinearAttentionState? State);
