namespace ManagedTransformer.Tensors.Tests;

/// <summary>The size of an axis: small ones, and those around the widths of vectors.</summary>
public readonly record struct OperandSize(int Value);
