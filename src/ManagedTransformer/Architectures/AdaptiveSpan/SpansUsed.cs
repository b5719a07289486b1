using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>The spans that an attention layer used for a block, which it tells an observer.</summary>
/// <param name="Spans">In tokens: [heads], or [B, T, heads] where they depend on the input.</param>
internal sealed record SpansUsed(Tensor Spans);
