using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>An untrained tensor of a model and its dotted name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Buffer">The tensor.</param>
public readonly record struct NamedBuffer(string Name, Tensor Buffer);
