namespace ManagedTransformer.Tensors;

/// <summary>
/// Everything that linear attention remembers of the positions that it has read: s = sum of phi_k (x) v and z = sum of phi_k.
/// </summary>
/// <param name="S">[B, H, K, dv]</param>
/// <param name="Z">[B, H, K]</param>
/// <param name="LogScale">
/// Logarithm of the factor that feature maps take out of their keys, [B, 1, H, 1]: s and z are e^LogScale times what is here; null: nothing
/// is taken out.
/// </param>
public readonly record struct LinearAttentionState(Tensor S, Tensor Z, Tensor? LogScale = null);
