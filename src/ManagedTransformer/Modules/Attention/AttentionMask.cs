using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>Which keys a query may see.</summary>
/// <param name="Causal">No later keys.</param>
/// <param name="Window">Only this many newest keys, 0 for all.</param>
/// <param name="KeyPadding">Float32 [B, S], 1 at padding; or null.</param>
public readonly record struct AttentionMask(bool Causal = false, int Window = 0, Tensor? KeyPadding = null);
