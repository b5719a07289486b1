namespace ManagedTransformer.Tensors;

/// <summary>What a low-rank update adds to columns of a linear map's output: s (x A^T) B^T.</summary>
/// <param name="X">The map's input, or that input behind dropout, [..., inputs].</param>
/// <param name="Down">A, [r, inputs].</param>
/// <param name="Up">B, [columns, r].</param>
/// <param name="Scale">s.</param>
/// <param name="Start">The first of the columns.</param>
public readonly record struct LowRankUpdate(Tensor X, Tensor Down, Tensor Up, float Scale, int Start = 0);
