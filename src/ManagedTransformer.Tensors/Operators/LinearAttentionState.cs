namespace ManagedTransformer.Tensors;

/// <summary>Everything that linear attention remembers of the positions that it has read: s = sum of phi_k (x) v and z = sum of phi_k.</summary>
/// <param name="S">[B, H, K, dv]</param><param name="Z">[B, H, K]</param>
public readonly record struct LinearAttentionState(Tensor S, Tensor Z);
