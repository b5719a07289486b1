using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>A parameter and its dotted name, for instance <c>layers.0.attn.query.weight</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Parameter">The parameter.</param>
public readonly record struct NamedParameter(string Name, Parameter Parameter);
