namespace ManagedTransformer.Gpu;

/// <summary>Slots of the window, to which positions belong.</summary>
internal readonly struct TensorSpanWindow : ITensorSpanRows
{
    public bool IsPersistent => false;

    public int Step => 0;
}
