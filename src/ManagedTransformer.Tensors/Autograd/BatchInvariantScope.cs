namespace ManagedTransformer.Tensors;

/// <summary>
/// While one is open on a thread, a row of a product has the bits there that it has alone: they do not depend on the rows beside it, nor on
/// how many there are. Otherwise products of many rows add up in the order that is fastest for their shape. It is for sequences of several
/// users that share a step. <c>using BatchInvariantScope _ = new();</c>
/// </summary>
public readonly ref struct BatchInvariantScope
{
    [ThreadStatic]
    private static int _depth;

    private readonly int _outer;

    /// <summary>True while one is open on this thread.</summary>
    public static bool IsOpen => _depth > 0;

    /// <summary>Opens the scope.</summary>
    public BatchInvariantScope()
    {
        _outer = _depth;
        _depth = _outer + 1;
    }

    /// <summary>Closes the scope.</summary>
    public void Dispose() => _depth = _outer;
}
