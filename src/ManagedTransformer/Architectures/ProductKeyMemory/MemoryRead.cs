using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>What a memory gave for an input of N rows, and where it came from.</summary>
/// <param name="Output">[..., v], after the dropout on values.</param>
/// <param name="Indices">Slots that every head read, best first, Int32 [N, H, k].</param>
/// <param name="Weights">Their weights, [N, H, k]; those of a head add up to 1.</param>
internal readonly record struct MemoryRead(Tensor Output, Tensor Indices, Tensor Weights);
