namespace ManagedTransformer.Gpu;

/// <summary>Rows whose gradients a kernel computes, which queries stream past: known when it is compiled.</summary>
internal interface ITensorSpanRows
{
    /// <summary>True for persistent slots, which have neither positions nor a soft mask.</summary>
    bool IsPersistent { get; }

    /// <summary>By how much the distance of a row grows from query to query: 1 for keys, 0 for slots.</summary>
    int Step { get; }
}
