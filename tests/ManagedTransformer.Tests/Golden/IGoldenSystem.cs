namespace ManagedTransformer.Tests.Golden;

/// <summary>Computes the golden cases of one kind.</summary>
internal interface IGoldenSystem
{
    /// <summary>The name behind the family's prefix, for instance <c>layer_norm</c>.</summary>
    string Name { get; }

    /// <summary>Computes the case and compares every output and gradient.</summary>
    void Run(GoldenCase test, GoldenCheck check);
}
