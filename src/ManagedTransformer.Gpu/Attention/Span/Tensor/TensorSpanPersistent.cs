namespace ManagedTransformer.Gpu;

/// <summary>Persistent slots.</summary>
internal readonly struct TensorSpanPersistent : ITensorSpanRows
{
    public bool IsPersistent => true;

    public int Step => 0;
}
