namespace ManagedTransformer.Modules;

/// <summary>A linear map with its place in a model.</summary>
/// <param name="Name">Dotted name, for instance <c>layers.0.attn.query</c>.</param>
/// <param name="Map">The map.</param>
internal readonly record struct NamedMap(string Name, Linear Map);
