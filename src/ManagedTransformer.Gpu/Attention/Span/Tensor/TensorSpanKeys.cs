namespace ManagedTransformer.Gpu;

/// <summary>Keys and values of the window.</summary>
internal readonly struct TensorSpanKeys : ITensorSpanRows
{
    public bool IsPersistent => false;

    public int Step => 1;
}
