namespace ManagedTransformer.Tensors;

/// <summary>The result of causal linear attention.</summary>
/// <param name="Output">[B, T, H, dv]</param>
/// <param name="State">The state behind the last position; null unless asked for.</param>
public readonly record struct LinearAttentionResult(Tensor Output, LinearAttentionState? State);
